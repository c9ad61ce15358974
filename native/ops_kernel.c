/* Operations that hand the kernel a message or a program, made and tested in TypeScript. */
#include "executor.h"
#include "kernel.h"

#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#define MESSAGE_USUAL 65536
#define ALIGN4(size) (((size) + 3) & ~(size_t)3)

/* How many acknowledgements these messages ask for; -1 where the lengths do not add up. */
static int count_acks(const char *bytes, size_t size) {
    struct kern_nlmsghdr header;
    int acks = 0;
    while (size > 0) {
        if (size < sizeof(header))
            return -1;
        memcpy(&header, bytes, sizeof(header));
        if (header.length < sizeof(header) || header.length > size)
            return -1;
        acks += (header.flags & KERN_NLM_F_ACK) != 0;
        size_t step = ALIGN4(header.length) < size ? ALIGN4(header.length) : size;
        bytes += step;
        size -= step;
    }
    return acks;
}

/* Takes the acknowledgements off one datagram; the first refusal is the answer. */
static int read_acks(const char *bytes, size_t size, int *acks) {
    struct kern_nlmsghdr header;
    int32_t error;
    while (size >= sizeof(header)) {
        memcpy(&header, bytes, sizeof(header));
        if (header.length < sizeof(header) || header.length > size)
            return fail_as(EPROTO, "netlink");
        if (header.type == KERN_NLMSG_ERROR && header.length >= sizeof(header) + sizeof(error)) {
            memcpy(&error, bytes + sizeof(header), sizeof(error));
            if (error != 0)
                return fail_as(-error, "netlink");
            (*acks)--;
        }
        size_t step = ALIGN4(header.length) < size ? ALIGN4(header.length) : size;
        bytes += step;
        size -= step;
    }
    return 0;
}

static int converse(int fd, const struct arg *message, int acks) {
    struct kern_sockaddr_nl kernel = {.family = AF_NETLINK};
    struct timeval patience = {.tv_sec = 10};
    char answer[8192];
    int room = (int)message->size * 2;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    if (message->size > MESSAGE_USUAL)
        setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room));
    if (sendto(fd, message->text, message->size, 0, (struct sockaddr *)&kernel, sizeof(kernel)) < 0)
        return fail("sendto");
    while (acks > 0) {
        ssize_t got = recv(fd, answer, sizeof(answer), 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail("recv");
        if (read_acks(answer, (size_t)got, &acks) < 0)
            return -1;
    }
    return 0;
}

static int netlink_socket(int protocol) {
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
    return fd < 0 ? fail("socket") : fd;
}

/* Whether something was taken out of nf_tables at the end. */
static bool took_out;

int op_netlink(struct executor *x, const struct op *op) {
    (void)x;
    const struct arg *message = &op->arg[ARG_NETLINK_MESSAGE];
    int acks = count_acks(message->text, message->size);
    if (acks < 0)
        return fail_as(EINVAL, "netlink");
    int fd = netlink_socket((int)NUMBER(ARG_NETLINK_PROTOCOL));
    if (fd < 0)
        return -1;
    int answer = converse(fd, message, acks);
    /* See await_destruction. */
    if (NUMBER(ARG_NETLINK_PROTOCOL) != KERN_NETLINK_NETFILTER)
        close_keeping_errno(fd);
    else
        took_out = took_out || op->stage == STAGE_CLEANUP;
    return answer;
}

/*
 * Closing a socket of nf_tables waits until what was taken out last is out of use: an RCU grace period, some 10 ms, in which
 * nobody's transaction gets on. So whoever has taken something out waits for one before it ends, and holds up nobody.
 */
void await_destruction(void) {
    if (took_out)
        syscall(SYS_membarrier, KERN_MEMBARRIER_GLOBAL, 0, 0);
}

/* ifr_name and ifr_ifindex of struct ifreq, which is as large on every 64-bit architecture. */
struct interface_request {
    char name[16];
    int32_t index;
    char rest[20];
};

/* ioctl(2) finds an interface by its name on a socket of any family. */
static int fill_in_index(int fd, char *at, const char *name) {
    struct interface_request request = {0};
    if (strlen(name) >= sizeof(request.name))
        return fail_as(ENODEV, "ioctl");
    strcpy(request.name, name);
    if (ioctl(fd, SIOCGIFINDEX, &request) < 0)
        return fail("ioctl");
    memcpy(at, &request.index, sizeof(request.index));
    return 0;
}

static int fill_in(const struct executor *x, const struct op *op, int fd, char *bytes, size_t size) {
    int64_t index = SIGNED(ARG_RTNETLINK_INDEX_AT), pid = SIGNED(ARG_RTNETLINK_PID_AT);
    int32_t child = x->pid;
    int64_t last = (int64_t)size - (int64_t)sizeof(child);
    if (index > last || pid > last)
        return fail_as(EINVAL, "rtnetlink");
    if (pid >= 0 && child == 0)
        return fail_as(ESRCH, "rtnetlink");
    if (pid >= 0)
        memcpy(bytes + pid, &child, sizeof(child));
    return index < 0 ? 0 : fill_in_index(fd, bytes + index, TEXT(ARG_RTNETLINK_INTERFACE));
}

/* Whether the kernel has refused because all is as the plan wants it to be. */
static bool is_so_already(const struct op *op, int error) {
    if (error == EEXIST)
        return NUMBER(ARG_RTNETLINK_EXIST_OK) != 0;
    bool missing = error == ENODEV || error == ENOENT || error == ESRCH || error == EADDRNOTAVAIL;
    return missing && NUMBER(ARG_RTNETLINK_MISSING_OK) != 0;
}

int op_rtnetlink(struct executor *x, const struct op *op) {
    struct arg message = op->arg[ARG_RTNETLINK_MESSAGE];
    char bytes[4096];
    int acks = count_acks(message.text, message.size);
    if (acks < 0 || message.size > sizeof(bytes))
        return fail_as(EINVAL, "rtnetlink");
    memcpy(bytes, message.text, message.size);
    message.text = bytes;
    int fd = netlink_socket(KERN_NETLINK_ROUTE);
    if (fd < 0)
        return -1;
    int answer = fill_in(x, op, fd, bytes, message.size);
    if (answer == 0)
        answer = converse(fd, &message, acks);
    close_keeping_errno(fd);
    return answer < 0 && is_so_already(op, errno) ? 0 : answer;
}

int op_device_filter(struct executor *x, const struct op *op) {
    const struct arg *program = &op->arg[ARG_DEVICE_FILTER_PROGRAM];
    int slot = SLOT(ARG_DEVICE_FILTER_CGROUP);
    struct kern_bpf_load load = {
        .type = KERN_BPF_PROG_TYPE_CGROUP_DEVICE,
        .count = program->size / 8,
        .instructions = (uintptr_t)program->text,
        .license = (uintptr_t) "Apache-2.0",
    };
    if (program->size == 0 || program->size % 8 != 0)
        return fail_as(EINVAL, "bpf");
    long loaded = syscall(SYS_bpf, KERN_BPF_PROG_LOAD, &load, sizeof(load));
    if (loaded < 0)
        return fail("bpf");
    struct kern_bpf_attach attach = {
        .target = (uint32_t)(slot < 0 ? -1 : x->slot[slot]),
        .program = (uint32_t)loaded,
        .type = KERN_BPF_CGROUP_DEVICE,
        .flags = KERN_BPF_F_ALLOW_MULTI,
    };
    long answer = syscall(SYS_bpf, KERN_BPF_PROG_ATTACH, &attach, sizeof(attach));
    close_keeping_errno((int)loaded);
    return answer < 0 ? fail("bpf") : 0;
}
