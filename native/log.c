/*
 * The log: lines of k8s-file (`TIME stdout F line`) or json-file (`{"log":"line\n",...}`), rotated by size. A line
 * is written when it ends, when it outgrows its buffer, or when the container does.
 */
#include "executor.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum driver { NONE, K8S_FILE, JSON_FILE };
#define LINE_MAX_BYTES 16384

static struct {
    enum driver driver;
    int fd;
    uint64_t size, max_size, max_files;
    char path[PATH_MAX];
} output = {.fd = -1};

static struct line {
    size_t size;
    char bytes[LINE_MAX_BYTES];
} lines[2];

/* Records of one chunk of output, written at once. */
static struct {
    size_t size;
    char bytes[16384];
} batch;
static char stamp[40]; /* of the chunk, down to the nanosecond */
#define STAMP_SIZE 29

static int open_log(int flags) {
    struct stat status;
    int fd = open(output.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | flags, 0640);
    if (fd < 0)
        return fail("open");
    output.size = fstat(fd, &status) == 0 ? (uint64_t)status.st_size : 0;
    output.fd = fd;
    return 0;
}

int op_log(struct executor *x, const struct op *op) {
    (void)x;
    const char *driver = TEXT(ARG_LOG_DRIVER), *path = TEXT(ARG_LOG_PATH);
    if (strcmp(driver, "none") == 0)
        return 0;
    /* Some room for the number of a rotated log. */
    if (op->arg[ARG_LOG_PATH].size > sizeof(output.path) - 24)
        return fail_as(ENAMETOOLONG, "log");
    if (strcmp(driver, "k8s-file") != 0 && strcmp(driver, "json-file") != 0)
        return fail_as(EINVAL, "log");
    output.driver = driver[0] == 'k' ? K8S_FILE : JSON_FILE;
    output.max_size = SIGNED(ARG_LOG_MAX_BYTES) > 0 ? NUMBER(ARG_LOG_MAX_BYTES) : 0;
    output.max_files = SIGNED(ARG_LOG_MAX_FILES) > 1 ? NUMBER(ARG_LOG_MAX_FILES) : 1;
    put(output.path, path);
    return open_log(0);
}

/* A full disk costs log lines, not the container. */
static void flush(void) {
    if (batch.size > 0 && output.fd >= 0 && write_all(output.fd, batch.bytes, batch.size) == 0)
        output.size += batch.size;
    batch.size = 0;
}

static void rotated_name(char *name, uint64_t number) {
    name = put(name, output.path);
    if (number > 0)
        put_number(put(name, "."), number);
}

static void rotate(void) {
    char from[PATH_MAX], to[PATH_MAX];
    close(output.fd);
    output.fd = -1;
    for (uint64_t number = output.max_files - 1; number > 0; number--) {
        rotated_name(from, number - 1);
        rotated_name(to, number);
        rename(from, to);
    }
    open_log(O_TRUNC);
}

/* One record is never split between two files. */
static void make_room(size_t size) {
    if (output.max_size > 0 && output.size + batch.size > 0 && output.size + batch.size + size > output.max_size) {
        flush();
        rotate();
    }
    if (batch.size + size > sizeof(batch.bytes))
        flush();
}

static void emit(const char *bytes, size_t size) {
    while (size > 0) {
        size_t part = sizeof(batch.bytes) - batch.size < size ? sizeof(batch.bytes) - batch.size : size;
        memcpy(batch.bytes + batch.size, bytes, part);
        batch.size += part;
        bytes += part;
        size -= part;
        if (batch.size == sizeof(batch.bytes))
            flush();
    }
}

static void emit_text(const char *text) {
    emit(text, strlen(text));
}

static void take_stamp(void) {
    struct timespec now;
    struct tm tm;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &tm);
    char *end = put(put_padded(stamp, (uint64_t)tm.tm_year + 1900, 4), "-");
    end = put(put_padded(end, (uint64_t)tm.tm_mon + 1, 2), "-");
    end = put(put_padded(end, (uint64_t)tm.tm_mday, 2), "T");
    end = put(put_padded(end, (uint64_t)tm.tm_hour, 2), ":");
    end = put(put_padded(end, (uint64_t)tm.tm_min, 2), ":");
    end = put(put_padded(end, (uint64_t)tm.tm_sec, 2), ".");
    put_padded(end, (uint64_t)now.tv_nsec, 9);
}

/* Bytes of the UTF-8 character at `at`, 0 where there is none (Unicode, table 3-7). */
static size_t utf8_length(const uint8_t *at, size_t left) {
    static const struct {
        uint8_t from, to, second_from, second_to, length;
    } FORMS[] = {
        {0x00, 0x7f, 0x00, 0x00, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    for (size_t i = 0; i < sizeof(FORMS) / sizeof(FORMS[0]); i++) {
        if (at[0] < FORMS[i].from || at[0] > FORMS[i].to)
            continue;
        if (FORMS[i].length > left)
            return 0;
        if (FORMS[i].length > 1 && (at[1] < FORMS[i].second_from || at[1] > FORMS[i].second_to))
            return 0;
        for (size_t k = 2; k < FORMS[i].length; k++)
            if ((at[k] & 0xc0) != 0x80)
                return 0;
        return FORMS[i].length;
    }
    return 0;
}

/*
 * One character as Docker escapes it: besides what JSON asks for also <, > and &, U+2028 and U+2029. Answers the
 * bytes taken; the escape, if any, is in `escape`.
 */
static size_t escape_character(const uint8_t *at, size_t left, char escape[8]) {
    static const char HEX[] = "0123456789abcdef";
    size_t length = utf8_length(at, left);
    escape[0] = '\0';
    if (length == 0)
        put(escape, "\\ufffd");
    else if (length == 3 && at[0] == 0xe2 && at[1] == 0x80 && (at[2] | 1) == 0xa9)
        put(escape, at[2] == 0xa8 ? "\\u2028" : "\\u2029");
    else if (*at == '"' || *at == '\\')
        put(escape, *at == '"' ? "\\\"" : "\\\\");
    else if (*at == '\n' || *at == '\r')
        put(escape, *at == '\n' ? "\\n" : "\\r");
    else if (*at < 0x20 || *at == '<' || *at == '>' || *at == '&') {
        char *end = put(escape, "\\u00");
        end[0] = HEX[*at >> 4];
        end[1] = HEX[*at & 15];
        end[2] = '\0';
    }
    return length == 0 ? 1 : length;
}

static size_t escaped_size(const uint8_t *bytes, size_t size) {
    size_t total = 0;
    char escape[8];
    for (size_t at = 0, step; at < size; at += step) {
        step = escape_character(bytes + at, size - at, escape);
        total += escape[0] == '\0' ? step : strlen(escape);
    }
    return total;
}

static void emit_escaped(const uint8_t *bytes, size_t size) {
    char escape[8];
    for (size_t at = 0, step; at < size; at += step) {
        step = escape_character(bytes + at, size - at, escape);
        if (escape[0] == '\0')
            emit((const char *)bytes + at, step);
        else
            emit_text(escape);
    }
}

static void write_json(const char *name, const uint8_t *bytes, size_t size, bool ended) {
    make_room(sizeof("{'log':'','stream':'stdout','time':'Z'}") + STAMP_SIZE + escaped_size(bytes, size) + (ended ? 2 : 0));
    emit_text("{\"log\":\"");
    emit_escaped(bytes, size);
    emit_text(ended ? "\\n\",\"stream\":\"" : "\",\"stream\":\"");
    emit_text(name);
    emit_text("\",\"time\":\"");
    emit_text(stamp);
    emit_text("Z\"}\n");
}

static void write_k8s(const char *name, const char *bytes, size_t size, bool ended) {
    make_room(sizeof("+00:00 stdout F ") + STAMP_SIZE + size);
    emit_text(stamp);
    emit_text("+00:00 ");
    emit_text(name);
    emit_text(ended ? " F " : " P ");
    emit(bytes, size);
    emit_text("\n");
}

static void write_line(unsigned type, const char *bytes, size_t size, bool ended) {
    const char *name = type == FRAME_STDERR ? "stderr" : "stdout";
    if (output.driver == JSON_FILE)
        write_json(name, (const uint8_t *)bytes, size, ended);
    else
        write_k8s(name, bytes, size, ended);
}

/* A full line buffer is cut between characters: up to three bytes of one that goes on stay for the next part. */
static size_t cut(const struct line *line) {
    size_t back = 1;
    while (back < 4 && ((uint8_t)line->bytes[line->size - back] & 0xc0) == 0x80)
        back++;
    uint8_t first = (uint8_t)line->bytes[line->size - back];
    size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
    return length > back ? line->size - back : line->size;
}

static void keep_part(unsigned type, struct line *line, const char *bytes, size_t size) {
    while (size > 0) {
        size_t part = sizeof(line->bytes) - line->size < size ? sizeof(line->bytes) - line->size : size;
        memcpy(line->bytes + line->size, bytes, part);
        line->size += part;
        bytes += part;
        size -= part;
        if (line->size < sizeof(line->bytes))
            return;
        size_t written = cut(line);
        write_line(type, line->bytes, written, false);
        line->size -= written;
        memmove(line->bytes, line->bytes + written, line->size);
    }
}

void log_output(unsigned type, const uint8_t *bytes, size_t size) {
    struct line *line = &lines[type == FRAME_STDERR];
    const char *at = (const char *)bytes, *end = at + size, *newline;
    if (output.driver == NONE)
        return;
    take_stamp();
    while ((newline = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        if (line->size == 0 && newline - at <= LINE_MAX_BYTES) {
            write_line(type, at, (size_t)(newline - at), true);
        } else {
            keep_part(type, line, at, (size_t)(newline - at));
            write_line(type, line->bytes, line->size, true);
            line->size = 0;
        }
        at = newline + 1;
    }
    keep_part(type, line, at, (size_t)(end - at));
    flush();
}

void log_finish(void) {
    if (output.driver == NONE)
        return;
    take_stamp();
    for (unsigned type = FRAME_STDOUT; type <= FRAME_STDERR; type++)
        if (lines[type - 1].size > 0)
            write_line(type, lines[type - 1].bytes, lines[type - 1].size, false);
    flush();
    close(output.fd);
}
