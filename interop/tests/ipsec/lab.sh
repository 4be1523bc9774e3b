#!/bin/bash
# The lab of IMS in a network namespace of its own whose loopback device has IPsec, with the kernel's ESP at the P-CSCF.
# Run by ipsec.rs, under a kernel that has ESP:
#
#   lab.sh QUINTET [SCENARIO...]
#
# Ends as the lab does; but with 1 if the kernel had no association, or anything was left behind.
set -u
quintet=$1
shift
ns=quintet-interop-$$-lab
directory=$(mktemp -d)
monitor=
trap 'ip netns del $ns; rm -rf "$directory"' EXIT
ip netns add $ns && ip -n $ns link set lo up || exit 3
# By default a loopback device is exempt: what is sent there goes bare, and what comes bare is taken.
for switch in disable_xfrm disable_policy; do
  ip netns exec $ns bash -c "echo 0 >/proc/sys/net/ipv4/conf/lo/$switch" || exit 3
done
ip netns exec $ns ip xfrm monitor >"$directory/monitor" &
monitor=$!
scenarios=()
for name in "$@"; do scenarios+=(--scenario "$name"); done
cd "$directory" || exit 3
ip netns exec $ns "$quintet" lab ims --ipsec kernel --patience 2 "${scenarios[@]}"
rc=$?
kill $monitor
echo "states of the kernel: $(grep -c 'proto esp' "$directory/monitor")"
grep -q 'proto esp' "$directory/monitor" || rc=1
if [ -n "$(ip -n $ns xfrm state; ip -n $ns xfrm policy)" ]; then echo "left behind"; rc=1; fi
exit $rc
