/*
 * The foreground end of a container: moves this process's 0, 1, 2 to and from frames, forwards signals and the
 * terminal's size, and exits as the container did. Nothing is made non-blocking here, as others share these
 * descriptors: what might block is polled for first and written in pieces that a pipe takes at once.
 */
#include "client.h"

#include <limits.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define DETACH_MAX 32

static struct {
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

/* Input */

static void send_input(const uint8_t *bytes, size_t size) {
    if (size == 0)
        return;
    frame_send(client_socket, FRAME_STDIN, (const char *)bytes, size);
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
            client_leave(0);
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
    frame_send(client_socket, FRAME_STDIN_END, "", 0);
}

/* Output */

static int shown_on(unsigned type) {
    if (type == FRAME_STDOUT)
        return (client_flags & SHOW_OUTPUT) != 0 ? 1 : -1;
    return type == FRAME_STDERR && (client_flags & SHOW_ERRORS) != 0 ? 2 : -1;
}

static void heed_frame(void) {
    const char *text = c.payload;
    uint64_t number = 0;
    c.payload[c.payload_size] = '\0';
    c.header_size = 0;
    if (c.header[0] == FRAME_EXIT)
        client_leave(next_number(&text, &number) && number < 256 ? (int)number : 125);
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
        client_die_of(SIGPIPE);
    client_restore();
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
    sigprocmask(SIG_SETMASK, &client_waiting, NULL);
    ssize_t written = write(fd, c.received + c.at, size);
    int error = errno;
    sigprocmask(SIG_SETMASK, &client_working, NULL);
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
    ssize_t got = recv(client_socket, c.received, sizeof(c.received), MSG_DONTWAIT);
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (got <= 0)
        client_leave(125);
    c.at = 0;
    c.end = (size_t)got;
}

/* What is typed behind a new size meets that size, though ppoll(2) tells of what was typed first. */
static void heed_earlier_signals(void) {
    sigprocmask(SIG_SETMASK, &client_waiting, NULL);
    sigprocmask(SIG_SETMASK, &client_working, NULL);
    client_heed_signals();
}

static void __attribute__((noreturn)) attend(void) {
    struct pollfd polls[3];
    for (;;) {
        /* One that came while we wrote has interrupted nothing that would be waited for. */
        client_heed_signals();
        int output = next_output();
        bool input = (client_flags & INPUT) != 0 && !c.input_ended && c.under_way < STDIN_WINDOW;
        polls[0] = (struct pollfd){.fd = output < 0 ? client_socket : -1, .events = POLLIN};
        polls[1] = (struct pollfd){.fd = output, .events = POLLOUT};
        polls[2] = (struct pollfd){.fd = input ? 0 : -1, .events = POLLIN};
        if (ppoll(polls, 3, NULL, &client_waiting) <= 0)
            continue;
        if (polls[1].revents != 0)
            show(output);
        if (polls[2].revents != 0) {
            heed_earlier_signals();
            take_input();
        }
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
    client_socket = (int)socket;
    client_flags = (unsigned)flags;
    measure(1);
    measure(2);
    client_catch_signals();
    if ((client_flags & SUBSCRIBE) != 0)
        client_send_numbers(FRAME_SUBSCRIBE, (client_flags & SHOW_OUTPUT ? WANTS_STDOUT : 0) | (client_flags & SHOW_ERRORS ? WANTS_STDERR : 0) |
                                          (client_flags & INPUT ? SENDS_STDIN : 0), NULL);
    if ((client_flags & TERMINAL) != 0) {
        client_make_raw();
        client_send_size();
    }
    attend();
}
