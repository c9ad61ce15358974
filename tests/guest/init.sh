#!/bin/busybox sh
# Process 1 of the guest: the host's root, read-only by 9p, under a writable tmpfs; then a cgroup world as
# asked for by limpid.world=v2|v1 on the kernel's command line; then /run/guest/command, in it.
export PATH=/bin
/bin/busybox --install -s /bin
fail() {
  echo "guest: $*" >/dev/console
  reboot -f
}

mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
while read -r module; do insmod "/modules/$module" || fail "cannot load $module"; done </modules/order

world=$(sed 's/.*limpid.world=\([a-z0-9]*\).*/\1/' /proc/cmdline)
# cache=loose: nobody else writes what the guest reads, and a page once read stays.
mount -t 9p -o ro,trans=virtio,version=9p2000.L,cache=loose,msize=512000 host /lower || fail 'cannot mount the host root'
mount -t tmpfs -o size=70% upper /upper
mkdir /upper/upper /upper/work
mount -t overlay -o lowerdir=/lower,upperdir=/upper/upper,workdir=/upper/work overlay /root || fail 'cannot mount the root'

# A checkout below /tmp would be hidden by the tmpfs there.
checkout=$(sed 's/.*limpid.checkout=\([^ ]*\).*/\1/' /proc/cmdline)
mkdir /checkout
mount --bind "/root$checkout" /checkout || fail "no checkout at $checkout"

for directory in dev proc sys; do mount --move "/$directory" "/root/$directory"; done
cd /root || fail 'no root'
for directory in run tmp dev/shm; do
  mkdir -p "$directory"
  mount -t tmpfs -o mode=1777 tmpfs "$directory"
done
if [ ! -d "./$checkout" ]; then
  mkdir -p "./$checkout"
  mount --bind /checkout "./$checkout" || fail 'cannot show the checkout'
fi
mkdir -p dev/pts dev/mqueue run/guest var/lib/limpid
# Overlayfs takes no overlayfs for its upper layer, so the engine's default root is a tmpfs.
mount -t tmpfs tmpfs var/lib/limpid
mount -t devpts -o gid=5,mode=620,ptmxmode=666 devpts dev/pts
mount -t mqueue mqueue dev/mqueue
mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000 guest run/guest || fail 'cannot mount the exchange directory'

mount_v2() {
  mount -t cgroup2 -o nsdelegate cgroup2 sys/fs/cgroup
  for controller in $(cat sys/fs/cgroup/cgroup.controllers); do
    echo "+$controller" >sys/fs/cgroup/cgroup.subtree_control || fail "cannot enable $controller"
  done
}
mount_v1() {
  mount -t tmpfs -o mode=755 tmpfs sys/fs/cgroup
  for hierarchy in cpu,cpuacct cpuset memory devices freezer blkio pids hugetlb net_cls,net_prio perf_event rdma misc; do
    mkdir "sys/fs/cgroup/$hierarchy"
    mount -t cgroup -o "$hierarchy" cgroup "sys/fs/cgroup/$hierarchy" || fail "cannot mount $hierarchy"
  done
  mkdir sys/fs/cgroup/systemd
  mount -t cgroup -o none,name=systemd cgroup sys/fs/cgroup/systemd
}
"mount_$world" || fail "no such world: $world"

hostname guest
ip link set lo up
exec switch_root /root /bin/bash /run/guest/boot
