#ifndef LIMPID_ATTACH_H
#define LIMPID_ATTACH_H

#include "executor.h"

/* A client of the monitor's. It has room for one frame that it has not read yet, and for what it sends for stdin. */
struct client {
    int fd; /* -1: gone, but its stdin is not all delivered */
    unsigned wants;
    bool ended, stdin_ended; /* it sends no more; it said that stdin ends */
    uint8_t header[FRAME_HEADER];
    size_t header_size, payload_left;
    size_t control_size;
    char control[32]; /* payload of a frame that is not stdin */
    size_t out_start, out_size;
    size_t in_start, in_size, taken;
    size_t kept; /* how far it is in what is kept at the end */
    uint8_t out[FRAME_HEADER + CHUNK + 64];
    uint8_t in[65536];
};

/* attach_client.c */
void attach_hang_up(struct client *client);
void attach_flush(struct client *client); /* sends what waits, as far as the socket takes it */
void attach_send(struct client *client, unsigned type, const uint8_t *bytes, size_t size);
bool attach_is_wanted(const struct client *client, unsigned type);
void attach_hear(struct executor *x, struct client *client);
void attach_acknowledge(struct client *client);

#endif
