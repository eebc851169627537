#!/usr/bin/env bash
# Where the instructions of a bulk transfer go: both halves of FastProxy under callgrind, and how many bytes memcpy and memmove moved
# for every byte relayed. Counts, so the noise of the machine does not matter.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

usage() {
  cat <<'USAGE'
usage: bench/profile.sh [--bytes N] [ws|wss]
  --bytes N   bytes of the transfer each way (default 4 GiB: what start-up costs is in the figures too)
The binary: $FASTPROXY_BINARY, else artifacts/fastproxy, else ./publish.sh makes it. The symbols (fastproxy.dbg) lie beside it.
USAGE
}

fail() { printf 'profile: %s\n' "$1" >&2; exit 1; }
say() { printf 'profile: [%4ds] %s\n' "$SECONDS" "$*" >&2; }

bytes=$((4 << 30)) mode=ws
while [ $# -gt 0 ]; do
  case $1 in
    --bytes) bytes=${2:?}; shift 2 ;;
    -h|--help) usage; exit 0 ;;
    ws|wss) mode=$1; shift ;;
    *) usage >&2; exit 2 ;;
  esac
done

tools=(valgrind:valgrind openssl:openssl objcopy:binutils)
. bench/chains.sh

# valgrind cannot read all of DWARF 5: a copy with the names of the functions, and nothing else of the symbols.
symbols=$(dirname "$fastproxy")/fastproxy.dbg
[ -f "$symbols" ] || fail "the symbols are missing: $symbols"
objcopy --strip-debug "$symbols" "$work/fastproxy.dbg" &&
  objcopy --remove-section=.gnu_debuglink "$fastproxy" "$work/stripped" &&
  objcopy --add-gnu-debuglink="$work/fastproxy.dbg" "$work/stripped" "$work/fastproxy" || fail "objcopy failed"
fastproxy=$work/fastproxy

out=$PWD/artifacts/profile
mkdir -p "$out"
rm -f "$out"/callgrind.*
# valgrind has less address space to give than the collector would reserve.
export DOTNET_GCHeapHardLimit=0x20000000
patience=600
under=(valgrind -q --tool=callgrind --callgrind-out-file="$out/callgrind.%p")
say "starting both halves under callgrind"
start "fastproxy-$mode" || fail "the chain did not start: $(tail -n 3 "$work"/*.log)"
for direction in up down; do
  say "$((bytes >> 20)) MiB $direction"
  "$load" bulk --chain profile --round 1 --port "$port" "--$direction" --bytes "$bytes" --quiet >/dev/null || fail "the transfer failed"
done
halves=("${pids[@]}")
finish

names=(gateway bastion)
printf '| | instructions a relayed KiB | of them in memcpy, memmove | bytes moved a relayed byte, at most |\n|---|---|---|---|\n'
for n in 0 1; do
  # 32 bytes is the most one instruction moves (AVX2; valgrind offers no wider one), so this is an upper bound.
  callgrind_annotate --threshold=100 "$out/callgrind.${halves[$n]}" 2>/dev/null | tee "$out/${names[$n]}.txt" | awk -v relayed=$((2 * bytes)) -v name="${names[$n]}" '
    { gsub(",", "", $1) }
    /PROGRAM TOTALS/ { total = $1 }
    /memmove|memcpy|Memmove/ && $1 + 0 > 0 { moving += $1 }
    END { printf "| %s | %.1f | %.2f | %.4f |\n", name, total * 1024 / relayed, moving * 1024 / relayed, 32 * moving / relayed }'
done
printf '\nThe functions, most expensive first: artifacts/profile/gateway.txt and bastion.txt\n'
