/*
 * tmpcopyup: what a new tmpfs hides is copied into it, with owners, modes and extended attributes. The tree is an
 * image's: no link is followed, and nothing but its own files is opened.
 */
#include "executor.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

static int copy_entries(const struct executor *x, int from, int to);

static int copy_bytes(int from, int to, off_t size) {
    for (off_t left = size; left > 0;) {
        ssize_t sent = sendfile(to, from, NULL, (size_t)left);
        if (sent < 0)
            return fail("sendfile");
        if (sent == 0)
            break; /* it became shorter meanwhile */
        left -= sent;
    }
    return 0;
}

static void copy_attributes(int from, int to) {
    char names[4096], value[4096];
    ssize_t size = flistxattr(from, names, sizeof(names));
    for (ssize_t at = 0; at < size; at += (ssize_t)strlen(names + at) + 1) {
        ssize_t length = fgetxattr(from, names + at, value, sizeof(value));
        if (length >= 0)
            fsetxattr(to, names + at, value, (size_t)length, 0); /* tmpfs does not take all of them */
    }
}

static int copy_metadata(int from, int to, const struct stat *status) {
    if (fchown(to, status->st_uid, status->st_gid) < 0)
        return fail("fchown");
    copy_attributes(from, to);
    const struct timespec times[2] = {status->st_atim, status->st_mtim};
    return fchmod(to, status->st_mode & 07777) < 0 || futimens(to, times) < 0 ? fail("fchmod") : 0;
}

static int copy_file(const struct executor *x, int from, int to, const char *name, const struct stat *status) {
    bool directory = S_ISDIR(status->st_mode);
    int kind = O_NOFOLLOW | O_CLOEXEC | (directory ? O_DIRECTORY : 0);
    if (directory && mkdirat(to, name, 0700) < 0)
        return fail("mkdirat");
    int source = openat(from, name, O_RDONLY | O_NONBLOCK | kind);
    if (source < 0)
        return fail("openat");
    int target = openat(to, name, directory ? O_RDONLY | kind : O_WRONLY | O_CREAT | O_EXCL | kind, 0600);
    int answer = target < 0 ? fail("openat") : 0;
    if (answer == 0)
        answer = directory ? copy_entries(x, source, target) : copy_bytes(source, target, status->st_size);
    if (answer == 0)
        answer = copy_metadata(source, target, status);
    if (target >= 0)
        close_keeping_errno(target);
    close_keeping_errno(source);
    return answer;
}

static int copy_link(int from, int to, const char *name, const struct stat *status) {
    char text[PATH_MAX];
    ssize_t size = readlinkat(from, name, text, sizeof(text) - 1);
    if (size < 0)
        return fail("readlinkat");
    text[size] = '\0';
    if (symlinkat(text, to, name) < 0)
        return fail("symlinkat");
    return fchownat(to, name, status->st_uid, status->st_gid, AT_SYMLINK_NOFOLLOW) < 0 ? fail("fchownat") : 0;
}

static int copy_one(const struct executor *x, int from, int to, const char *name) {
    struct stat status;
    if (fstatat(from, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
        return fail("fstatat");
    if (S_ISLNK(status.st_mode))
        return copy_link(from, to, name, &status);
    if (S_ISDIR(status.st_mode) || S_ISREG(status.st_mode))
        return copy_file(x, from, to, name, &status);
    if (mknodat(to, name, status.st_mode, status.st_rdev) < 0)
        return fail("mknodat");
    return fchownat(to, name, status.st_uid, status.st_gid, AT_SYMLINK_NOFOLLOW) < 0 ? fail("fchownat") : 0;
}

static int copy_entries(const struct executor *x, int from, int to) {
    int copy = openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), answer = 0;
    DIR *directory = copy < 0 ? NULL : fdopendir(copy);
    if (directory == NULL)
        return fail("openat");
    for (struct dirent *entry; answer == 0 && (entry = readdir(directory)) != NULL;)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            answer = copy_one(x, from, to, entry->d_name);
    int error = errno;
    closedir(directory);
    errno = error;
    return answer;
}

int op_copy_tree(struct executor *x, const struct op *op) {
    struct stat status;
    int source = SLOT(ARG_COPY_TREE_SOURCE) < 0 ? -1 : x->slot[SLOT(ARG_COPY_TREE_SOURCE)];
    int from = openat(source, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (from < 0)
        return fail("openat");
    int to = open_path(x, SLOT(ARG_COPY_TREE_AT), TEXT(ARG_COPY_TREE_PATH), O_RDONLY | O_DIRECTORY, 0);
    int answer = to < 0 ? -1 : copy_entries(x, from, to);
    if (answer == 0)
        answer = fstat(from, &status) < 0 ? fail("fstat") : copy_metadata(from, to, &status);
    if (to >= 0)
        close_keeping_errno(to);
    close_keeping_errno(from);
    return answer;
}
