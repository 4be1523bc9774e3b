#!/bin/bash
# The two ends of IPsec security associations in two network namespaces on one cable, each with a back end of its own.
# Run by ipsec.rs, under a kernel that has ESP:
#
#   ends.sh ESP_PEER UE_BACKEND PCSCF_BACKEND 4|6 [ue|pcscf]    who sends with 3DES, at last
#
# Ends with 0 if both ends did, and left no state and no policy behind.
set -u
peer=$1 ue=$2 pcscf=$3 family=$4 des=${5-}
if [ "$family" = 6 ]; then a=fd00::1 b=fd00::2 length=64 how=nodad; else a=10.9.0.1 b=10.9.0.2 length=24 how=; fi
one=quintet-interop-$$-ue two=quintet-interop-$$-pcscf
log=$(mktemp)
trap 'ip netns del $one; ip netns del $two; rm -f $log' EXIT
ip netns add $one && ip netns add $two && ip link add qia type veth peer name qib || exit 3
ip link set qia netns $one && ip link set qib netns $two || exit 3
ip -n $one addr add $a/$length dev qia $how && ip -n $two addr add $b/$length dev qib $how || exit 3
for at in $one:qia $two:qib; do ip -n "${at%:*}" link set lo up; ip -n "${at%:*}" link set "${at#*:}" up; done
for try in $(seq 100); do ip -n $one link show qia | grep -q 'state UP' && break; sleep 0.1; done

ip netns exec $two "$peer" pcscf "$pcscf" $b $a $des >"$log" 2>&1 &
job=$!
for try in $(seq 200); do grep -q -e ready -e failed "$log" && break; sleep 0.1; done
ip netns exec $one "$peer" ue "$ue" $a $b $des
rc=$?
wait $job || { rc=1; cat "$log"; }
for at in $one $two; do
  if [ $rc != 0 ]; then echo "$at:"; ip netns exec $at grep -v -P '\t0$' /proc/net/xfrm_stat; fi
  if [ -n "$(ip -n $at xfrm state; ip -n $at xfrm policy)" ]; then echo "left behind in $at"; rc=1; fi
done
exit $rc
