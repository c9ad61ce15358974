/* What signals mean to the foreground end of a container, and the mode of its terminal, which is to be given back. */
#include "client.h"

#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

int client_socket;
unsigned client_flags;
static struct termios cooked;
static bool is_raw;
static volatile sig_atomic_t arrived[65];
sigset_t client_working, client_waiting;

void client_make_raw(void) {
    struct termios raw;
    if (!is_raw && tcgetattr(0, &cooked) < 0)
        return;
    raw = cooked;
    cfmakeraw(&raw);
    is_raw = tcsetattr(0, TCSANOW, &raw) == 0;
}

void client_restore(void) {
    if (is_raw)
        tcsetattr(0, TCSANOW, &cooked);
    is_raw = false;
}

void client_leave(int code) {
    client_restore();
    _exit(code);
}

/* As if we had never caught it, but for the terminal. */
void client_die_of(int signal) {
    sigset_t only;
    client_restore();
    sigaction(signal, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
    sigemptyset(&only);
    sigaddset(&only, signal);
    sigprocmask(SIG_UNBLOCK, &only, NULL);
    raise(signal);
    _exit(128 + signal);
}

static void note_signal(int signal) {
    arrived[signal] = 1;
}

static bool is_caught(int signal) {
    switch (signal) {
    case SIGKILL:
    case SIGSTOP: /* cannot be */
    case SIGCHLD: /* none of ours */
    case SIGPIPE: /* told by write(2) */
    case SIGTTIN:
    case SIGTTOU: /* a job in the background stops, as any other */
    case SIGSEGV:
    case SIGBUS:
    case SIGILL:
    case SIGFPE:
        return false;
    case SIGTSTP:
        return (client_flags & (FORWARD | TERMINAL)) != 0;
    default:
        return true;
    }
}

/* What our parent ignored (nohup) stays ignored. Caught signals arrive only where we wait. */
void client_catch_signals(void) {
    struct sigaction before;
    sigemptyset(&client_working);
    sigemptyset(&client_waiting);
    for (int signal = 1; signal < 65; signal++) {
        if (!is_caught(signal) || sigaction(signal, NULL, &before) < 0 || before.sa_handler == SIG_IGN)
            continue;
        sigaddset(&client_working, signal);
        sigaction(signal, &(struct sigaction){.sa_handler = note_signal}, NULL);
    }
    sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
    sigprocmask(SIG_SETMASK, &client_working, NULL);
}

void client_send_numbers(unsigned type, uint64_t first, const uint64_t *second) {
    char text[48];
    char *end = put_number(text, first);
    if (second != NULL)
        end = put_number(put(end, " "), *second);
    frame_send(client_socket, type, text, (size_t)(end - text));
}

void client_send_size(void) {
    struct winsize size;
    for (int fd = 0; fd < 3; fd++)
        if (ioctl(fd, TIOCGWINSZ, &size) == 0) {
            uint64_t columns = size.ws_col;
            client_send_numbers(FRAME_RESIZE, size.ws_row, &columns);
            return;
        }
}

static void stop_here(void) {
    client_restore();
    raise(SIGSTOP);
    if ((client_flags & TERMINAL) != 0)
        client_make_raw();
}

static void heed(int signal) {
    if (signal == SIGWINCH || signal == SIGCONT) {
        if ((client_flags & TERMINAL) == 0)
            return;
        /* A shell that stopped us has had the terminal in its own mode meanwhile. */
        if (signal == SIGCONT)
            client_make_raw();
        client_send_size();
    } else if ((client_flags & FORWARD) != 0) {
        client_send_numbers(FRAME_SIGNAL, (uint64_t)signal, NULL);
    } else if (signal == SIGTSTP) {
        stop_here();
    } else if (signal != SIGURG) {
        client_die_of(signal);
    }
}

void client_heed_signals(void) {
    for (int signal = 1; signal < 65; signal++)
        if (arrived[signal]) {
            arrived[signal] = 0;
            heed(signal);
        }
}
