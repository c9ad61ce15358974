modprobe ipvlan; modprobe 8021q
L="dist/limpid-guest --root /var/lib/limpid/a --runroot /run/a"
ip link add eth0 type veth peer name eth1; ip netns add lan; ip link set eth1 netns lan; ip addr add 192.168.7.1/24 dev eth0; ip link set eth0 up; ip link set lo up
N="ip netns exec lan"
$N ip link set eth1 name eth0; $N ip addr add 192.168.7.2/24 dev eth0; $N ip link set eth0 up; $N ip link set lo up
for n in "" "$N"; do $n ip link add link eth0 name eth0.50 type vlan id 50; done
ip addr add 192.168.50.1/24 dev eth0.50; $N ip addr add 192.168.50.2/24 dev eth0.50; ip link set eth0.50 up; $N ip link set eth0.50 up
for p in 0 1; do $L network create -d ipvlan -o parent=eth0.50 -o mode=l3 --subnet 10.50.$p.0/24 n$p; $N ip route add 10.50.$p.0/24 via 192.168.50.1; $L run -d --name c$p --network n$p:ip=10.50.$p.7 builtin:busybox sh -c 'while :; do echo hello | nc -l -p 80; done'; done
sleep 2
$L exec c0 ip addr; $L exec c0 ip route; $L exec c0 netstat -ltn
$N ping -c 2 -W 2 192.168.50.1
$N ping -c 2 -W 2 10.50.0.7
$N nc -w 5 10.50.0.7 80 </dev/null
$L exec c1 ping -c 1 -W 2 10.50.0.7
$L exec c0 ping -c 1 -W 2 192.168.50.2
cat /proc/sys/net/ipv4/conf/eth0.50/rp_filter
ip -s link show eth0.50; $L exec c0 ip -s link; nstat 2>/dev/null| head -40
