/* An overlay of more layers than the one page of mount(2)'s options has room for. */
#include "executor.h"
#include "kernel.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#define DATA_MAX 4096
#define NAME_MAX_BYTES 24 /* "/proc/self/fd/", a number, ':' and NUL */

static int configure(int context, const char *option) {
    char key[32];
    const char *equals = strchr(option, '=');
    size_t size = equals == NULL ? strlen(option) : (size_t)(equals - option);
    if (size >= sizeof(key))
        return fail_as(EINVAL, "fsconfig");
    memcpy(key, option, size);
    key[size] = '\0';
    long answer = equals == NULL ? syscall(SYS_fsconfig, context, KERN_FSCONFIG_SET_FLAG, key, NULL, 0)
                                 : syscall(SYS_fsconfig, context, KERN_FSCONFIG_SET_STRING, key, equals + 1, 0);
    return answer < 0 ? fail("fsconfig") : 0;
}

static int configure_all(int context, const struct op *op) {
    const struct arg *lower = &op->arg[ARG_OVERLAY_LOWER], *options = &op->arg[ARG_OVERLAY_OPTIONS];
    for (const char *path = NULL; (path = list_next(lower, path)) != NULL;)
        if (syscall(SYS_fsconfig, context, KERN_FSCONFIG_SET_STRING, "lowerdir+", path, 0) < 0)
            return fail("fsconfig");
    for (const char *option = NULL; (option = list_next(options, option)) != NULL;)
        if (configure(context, option) < 0)
            return -1;
    return syscall(SYS_fsconfig, context, KERN_FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0 ? fail("fsconfig") : 0;
}

static int mount_layer_by_layer(const struct executor *x, const struct op *op) {
    int context = (int)syscall(SYS_fsopen, "overlay", KERN_FSOPEN_CLOEXEC);
    if (context < 0)
        return fail("fsopen");
    int mounted = configure_all(context, op);
    if (mounted == 0) {
        /* MS_RDONLY, NOSUID, NODEV and NOEXEC are the same bits as attributes. */
        mounted = (int)syscall(SYS_fsmount, context, KERN_FSMOUNT_CLOEXEC, NUMBER(ARG_OVERLAY_FLAGS));
        mounted = mounted < 0 ? fail("fsmount") : mounted;
    }
    close_keeping_errno(context);
    int target = mounted < 0 ? -1 : open_path(x, -1, TEXT(ARG_OVERLAY_TARGET), O_PATH | O_DIRECTORY, 0);
    int answer = target < 0 ? -1 : attach_tree(mounted, target);
    if (target >= 0)
        close_keeping_errno(target);
    if (mounted >= 0)
        close_keeping_errno(mounted);
    return answer;
}

/* Opens each lower directory; `data` becomes lowerdir=/proc/self/fd/N:… What is open stays so until the mount is made. */
static char *name_lower_ones(const struct executor *x, const struct op *op, char *data, int *fds, int *count) {
    const struct arg *lower = &op->arg[ARG_OVERLAY_LOWER];
    char *at = put(data, "lowerdir=");
    for (const char *path = NULL; (path = list_next(lower, path)) != NULL; (*count)++) {
        if (*count == SLOTS || at - data > DATA_MAX - NAME_MAX_BYTES) {
            fail_as(E2BIG, "mount");
            return NULL;
        }
        if ((fds[*count] = open_path(x, -1, path, O_PATH | O_DIRECTORY, 0)) < 0)
            return NULL;
        at = put_number(put(at, *count == 0 ? "/proc/self/fd/" : ":/proc/self/fd/"), (uint64_t)fds[*count]);
    }
    return at;
}

static int mount_by_descriptor(const struct executor *x, const struct op *op) {
    const struct arg *options = &op->arg[ARG_OVERLAY_OPTIONS];
    char data[DATA_MAX];
    int fds[SLOTS], count = 0;
    char *at = name_lower_ones(x, op, data, fds, &count);
    int answer = at == NULL ? -1 : 0;
    for (const char *option = NULL; answer == 0 && (option = list_next(options, option)) != NULL;) {
        if (strlen(option) + 2 > (size_t)(data + DATA_MAX - at))
            answer = fail_as(E2BIG, "mount");
        else
            at = put(put(at, ","), option);
    }
    if (answer == 0 && mount("overlay", TEXT(ARG_OVERLAY_TARGET), "overlay", NUMBER(ARG_OVERLAY_FLAGS), data) < 0)
        answer = fail("mount");
    while (count > 0)
        close_keeping_errno(fds[--count]);
    return answer;
}

int op_overlay(struct executor *x, const struct op *op) {
    return NUMBER(ARG_OVERLAY_BY_DESCRIPTOR) ? mount_by_descriptor(x, op) : mount_layer_by_layer(x, op);
}
