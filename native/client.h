#ifndef LIMPID_CLIENT_H
#define LIMPID_CLIENT_H

#include "executor.h"

#include <signal.h>

enum { TERMINAL = 1, INPUT = 2, FORWARD = 4, SUBSCRIBE = 8, SHOW_OUTPUT = 16, SHOW_ERRORS = 32 };

extern int client_socket;
extern unsigned client_flags;
extern sigset_t client_working, client_waiting; /* what is masked then */

/* client_signals.c */
void client_catch_signals(void);
void client_heed_signals(void);
void client_make_raw(void);
void client_restore(void); /* the terminal as it was */
void client_leave(int code) __attribute__((noreturn));
void client_die_of(int signal) __attribute__((noreturn));
void client_send_numbers(unsigned type, uint64_t first, const uint64_t *second);
void client_send_size(void);

#endif
