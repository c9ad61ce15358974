/* Which call failed last: told beside its errno. */
#include "executor.h"

const char *failed_call = "";

int fail(const char *call) {
    failed_call = call;
    return -1;
}

int fail_as(int error, const char *call) {
    errno = error;
    return fail(call);
}
