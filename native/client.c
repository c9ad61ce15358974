/*
 * The foreground end of a container: moves this process's 0, 1, 2 to and from frames, forwards signals and the
 * terminal's size, and exits as the container did. Nothing is made non-blocking here, as others share these
 * descriptors: what might block is polled for first and written in pieces that a pipe takes at once.
 */
#include "executor.h"

#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

enum { TERMINAL = 1, INPUT = 2, FORWARD = 4, SUBSCRIBE = 8, SHOW_OUTPUT = 16, SHOW_ERRORS = 32 };
#define DETACH_MAX 32

static struct {
    int socket;
    unsigned flags;
    /* input */
    bool input_ended;
    uint8_t detach[DETACH_MAX];
    size_t detach_size, matched;
    uint64_t under_way; /* stdin bytes sent and not yet taken */
    /* output: what was received and not yet dealt with, and how far the frame at its start is */
    uint8_t received[65536];
    size_t at, end;
    uint8_t header[FRAME_HEADER];
    size_t header_size, payload_left;
    char payload[64];
    size_t payload_size;
    size_t piece[3]; /* how much a descriptor takes without blocking, once it polls writable */
} c;

static struct termios cooked;
static bool is_raw;
static volatile sig_atomic_t arrived[65];
static sigset_t ours, others; /* the mask while working, and while waiting */

static void make_raw(void) {
    struct termios raw;
    if (!is_raw && tcgetattr(0, &cooked) < 0)
        return;
    raw = cooked;
    cfmakeraw(&raw);
    is_raw = tcsetattr(0, TCSANOW, &raw) == 0;
}

static void restore(void) {
    if (is_raw)
        tcsetattr(0, TCSANOW, &cooked);
    is_raw = false;
}

static void __attribute__((noreturn)) leave(int code) {
    restore();
    _exit(code);
}

/* As if we had never caught it, but for the terminal. */
static void __attribute__((noreturn)) die_of(int signal) {
    sigset_t only;
    restore();
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
        return (c.flags & (FORWARD | TERMINAL)) != 0;
    default:
        return true;
    }
}

/* What our parent ignored (nohup) stays ignored. Caught signals arrive only where we wait. */
static void catch_signals(void) {
    struct sigaction before;
    sigemptyset(&ours);
    sigemptyset(&others);
    for (int signal = 1; signal < 65; signal++) {
        if (!is_caught(signal) || sigaction(signal, NULL, &before) < 0 || before.sa_handler == SIG_IGN)
            continue;
        sigaddset(&ours, signal);
        sigaction(signal, &(struct sigaction){.sa_handler = note_signal}, NULL);
    }
    sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
    sigprocmask(SIG_SETMASK, &ours, NULL);
}

static void send_numbers(unsigned type, uint64_t first, const uint64_t *second) {
    char text[48];
    char *end = put_number(text, first);
    if (second != NULL)
        end = put_number(put(end, " "), *second);
    frame_send(c.socket, type, text, (size_t)(end - text));
}

static void send_size(void) {
    struct winsize size;
    for (int fd = 0; fd < 3; fd++)
        if (ioctl(fd, TIOCGWINSZ, &size) == 0) {
            uint64_t columns = size.ws_col;
            send_numbers(FRAME_RESIZE, size.ws_row, &columns);
            return;
        }
}

static void stop_here(void) {
    restore();
    raise(SIGSTOP);
    if ((c.flags & TERMINAL) != 0)
        make_raw();
}

static void heed(int signal) {
    if (signal == SIGWINCH || signal == SIGCONT) {
        if ((c.flags & TERMINAL) == 0)
            return;
        /* A shell that stopped us has had the terminal in its own mode meanwhile. */
        if (signal == SIGCONT)
            make_raw();
        send_size();
    } else if ((c.flags & FORWARD) != 0) {
        send_numbers(FRAME_SIGNAL, (uint64_t)signal, NULL);
    } else if (signal == SIGTSTP) {
        stop_here();
    } else if (signal != SIGURG) {
        die_of(signal);
    }
}

static void heed_signals(void) {
    for (int signal = 1; signal < 65; signal++)
        if (arrived[signal]) {
            arrived[signal] = 0;
            heed(signal);
        }
}

/* Input */

static void send_input(const uint8_t *bytes, size_t size) {
    if (size == 0)
        return;
    frame_send(c.socket, FRAME_STDIN, (const char *)bytes, size);
    c.under_way += size;
}

/*
 * Holds back what may become the detach keys, across reads. What turns out not to be is passed on, down to the
 * longest end of it that may still become them.
 */
static size_t sift(uint8_t byte, uint8_t *passed) {
    size_t size = 0;
    while (c.matched > 0 && c.detach[c.matched] != byte) {
        size_t keep = c.matched - 1;
        while (keep > 0 && memcmp(c.detach, c.detach + c.matched - keep, keep) != 0)
            keep--;
        memcpy(passed + size, c.detach, c.matched - keep);
        size += c.matched - keep;
        c.matched = keep;
    }
    if (c.detach[c.matched] == byte)
        c.matched++;
    else
        passed[size++] = byte;
    return size;
}

static void pass_input(const uint8_t *bytes, size_t size) {
    uint8_t passed[4096 + DETACH_MAX];
    size_t kept = 0;
    if (c.detach_size == 0)
        return send_input(bytes, size);
    for (size_t i = 0; i < size; i++) {
        kept += sift(bytes[i], passed + kept);
        if (c.matched == c.detach_size) {
            send_input(passed, kept);
            leave(0);
        }
    }
    send_input(passed, kept);
}

static void take_input(void) {
    uint8_t bytes[4096];
    size_t room = STDIN_WINDOW - c.under_way;
    ssize_t got = read(0, bytes, room < sizeof(bytes) ? room : sizeof(bytes));
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (got > 0)
        return pass_input(bytes, (size_t)got);
    /* Keys held back to the last were not the detach keys after all. */
    send_input(c.detach, c.matched);
    c.matched = 0;
    c.input_ended = true;
    frame_send(c.socket, FRAME_STDIN_END, "", 0);
}

/* Output */

static int shown_on(unsigned type) {
    if (type == FRAME_STDOUT)
        return (c.flags & SHOW_OUTPUT) != 0 ? 1 : -1;
    return type == FRAME_STDERR && (c.flags & SHOW_ERRORS) != 0 ? 2 : -1;
}

static void heed_frame(void) {
    const char *text = c.payload;
    uint64_t number = 0;
    c.payload[c.payload_size] = '\0';
    c.header_size = 0;
    if (c.header[0] == FRAME_EXIT)
        leave(next_number(&text, &number) && number < 256 ? (int)number : 125);
    if (c.header[0] == FRAME_TAKEN && next_number(&text, &number))
        c.under_way -= number < c.under_way ? number : c.under_way;
}

static void take_header(void) {
    while (c.header_size < FRAME_HEADER && c.at < c.end)
        c.header[c.header_size++] = c.received[c.at++];
    c.payload_left = frame_size(c.header);
    c.payload_size = 0;
}

/* Goes through what was received, up to something to show. Answers the descriptor to show it on, or -1. */
static int next_output(void) {
    while (c.at < c.end || (c.header_size == FRAME_HEADER && c.payload_left == 0)) {
        if (c.header_size < FRAME_HEADER) {
            take_header();
            continue;
        }
        if (c.payload_left > 0 && shown_on(c.header[0]) >= 0)
            return shown_on(c.header[0]);
        size_t part = c.end - c.at < c.payload_left ? c.end - c.at : c.payload_left;
        size_t kept = part < sizeof(c.payload) - 1 - c.payload_size ? part : sizeof(c.payload) - 1 - c.payload_size;
        memcpy(c.payload + c.payload_size, c.received + c.at, kept);
        c.payload_size += kept;
        c.at += part;
        c.payload_left -= part;
        if (c.payload_left == 0)
            heed_frame();
    }
    return -1;
}

static void __attribute__((noreturn)) cannot_write(int fd) {
    char text[160];
    if (errno == EPIPE)
        die_of(SIGPIPE);
    restore();
    char *end = put(put(text, "limpid: cannot write to standard "), fd == 1 ? "output: " : "error: ");
    end = put(put(end, strerror(errno)), "\n");
    write_all(2, text, (size_t)(end - text));
    _exit(125);
}

static void show(int fd) {
    size_t size = c.end - c.at < c.payload_left ? c.end - c.at : c.payload_left;
    if (size > c.piece[fd])
        size = c.piece[fd];
    /* Should it block after all, a signal still gets through. */
    sigprocmask(SIG_SETMASK, &others, NULL);
    ssize_t written = write(fd, c.received + c.at, size);
    int error = errno;
    sigprocmask(SIG_SETMASK, &ours, NULL);
    errno = error;
    if (written < 0 && errno != EINTR && errno != EAGAIN)
        cannot_write(fd);
    if (written <= 0)
        return;
    c.at += (size_t)written;
    c.payload_left -= (size_t)written;
    if (c.payload_left == 0)
        c.header_size = 0;
}

static void receive(void) {
    ssize_t got = recv(c.socket, c.received, sizeof(c.received), MSG_DONTWAIT);
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (got <= 0)
        leave(125);
    c.at = 0;
    c.end = (size_t)got;
}

static void __attribute__((noreturn)) attend(void) {
    struct pollfd polls[3];
    for (;;) {
        /* One that came while we wrote has interrupted nothing that would be waited for. */
        heed_signals();
        int output = next_output();
        bool input = (c.flags & INPUT) != 0 && !c.input_ended && c.under_way < STDIN_WINDOW;
        polls[0] = (struct pollfd){.fd = output < 0 ? c.socket : -1, .events = POLLIN};
        polls[1] = (struct pollfd){.fd = output, .events = POLLOUT};
        polls[2] = (struct pollfd){.fd = input ? 0 : -1, .events = POLLIN};
        if (ppoll(polls, 3, NULL, &others) <= 0)
            continue;
        if (polls[1].revents != 0)
            show(output);
        if (polls[2].revents != 0)
            take_input();
        if (polls[0].revents != 0)
            receive();
    }
}

static bool parse_detach(const char *text) {
    while (*text != '\0') {
        uint64_t byte;
        size_t size = strcspn(text, ",");
        if (c.detach_size == DETACH_MAX || !parse_number(text, size, &byte) || byte > 255)
            return false;
        c.detach[c.detach_size++] = (uint8_t)byte;
        text += size + (text[size] == ',');
    }
    return true;
}

static void measure(int fd) {
    struct stat status;
    bool blocks = fstat(fd, &status) < 0 || !(S_ISREG(status.st_mode) || S_ISBLK(status.st_mode));
    c.piece[fd] = blocks ? PIPE_BUF : sizeof(c.received);
}

int client_mode(int argc, char **argv) {
    uint64_t socket, flags;
    if (argc != 3 || !parse_number(argv[0], strlen(argv[0]), &socket) || socket > INT_MAX)
        return 125;
    if (!parse_number(argv[1], strlen(argv[1]), &flags) || flags > 63 || !parse_detach(argv[2]))
        return 125;
    c.socket = (int)socket;
    c.flags = (unsigned)flags;
    measure(1);
    measure(2);
    catch_signals();
    if ((c.flags & SUBSCRIBE) != 0)
        send_numbers(FRAME_SUBSCRIBE, (c.flags & SHOW_OUTPUT ? WANTS_STDOUT : 0) | (c.flags & SHOW_ERRORS ? WANTS_STDERR : 0) |
                                          (c.flags & INPUT ? SENDS_STDIN : 0), NULL);
    if ((c.flags & TERMINAL) != 0) {
        make_raw();
        send_size();
    }
    attend();
}
