/*
 * `-v …:U`: gives a file, or a directory with all below it, to who runs in the container. Others may write there
 * meanwhile: no link is followed, its own owner changes; what is gone is nothing to give. What is theirs already stays as it
 * is: a change of the owner would take set-user-ID bits away.
 */
#include "executor.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct owner {
    uid_t uid;
    gid_t gid;
};

static int give(int parent, const char *name, struct owner to);

static int give_entries(int parent, const char *name, struct owner to) {
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), answer = 0;
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ? 0 : fail("openat");
    DIR *directory = fdopendir(fd);
    if (directory == NULL)
        return fail("fdopendir") + 0 * close_keeping_errno(fd);
    for (struct dirent *entry; answer == 0 && (entry = readdir(directory)) != NULL;)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            answer = give(fd, entry->d_name, to);
    int error = errno;
    closedir(directory);
    errno = error;
    return answer;
}

static int give(int parent, const char *name, struct owner to) {
    struct stat status;
    if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? 0 : fail("fstatat");
    bool theirs = status.st_uid == to.uid && status.st_gid == to.gid;
    if (!theirs && fchownat(parent, name, to.uid, to.gid, AT_SYMLINK_NOFOLLOW) < 0 && errno != ENOENT)
        return fail("fchownat");
    return S_ISDIR(status.st_mode) ? give_entries(parent, name, to) : 0;
}

int op_chown_tree(struct executor *x, const struct op *op) {
    struct owner to = {(uid_t)NUMBER(ARG_CHOWN_TREE_UID), (gid_t)NUMBER(ARG_CHOWN_TREE_GID)};
    struct stat status;
    int fd = open_path(x, SLOT(ARG_CHOWN_TREE_AT), TEXT(ARG_CHOWN_TREE_PATH), O_PATH, 0);
    if (fd < 0)
        return -1;
    int answer = fstat(fd, &status) < 0 ? fail("fstat") : 0;
    bool theirs = status.st_uid == to.uid && status.st_gid == to.gid;
    if (answer == 0 && !theirs && fchownat(fd, "", to.uid, to.gid, AT_EMPTY_PATH) < 0)
        answer = fail("fchownat");
    if (answer == 0 && S_ISDIR(status.st_mode))
        answer = give_entries(fd, ".", to);
    close_keeping_errno(fd);
    return answer;
}
