#!/usr/bin/env bash
# FastProxy beside haproxy, socat and stunnel, end to end on loopback: every chain started alone, rounds interleaved, medians
# printed as Markdown with ratios and verdicts, everything written to artifacts/compare.json.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
command_line="bench/compare.sh $*"

usage() {
  cat <<'USAGE'
usage: bench/compare.sh [--rounds N] [--quick] [--only CHAIN,…] [--rows ROW,…] [--bytes N] [--with NAME=PORT:COMMAND…]
  --rounds N    interleaved rounds (default 5)
  --quick       one round with small sizes: whether it works, not how fast
  --only LIST   only these chains: direct haproxy socat stunnel fastproxy-ws fastproxy-wss fastproxy-stock-wss
  --rows LIST   only these rows: bulk rtt connect parallel delayed idle pooled exec calls
  --bytes N     bytes of one bulk transfer (default 2 GiB)
  --with NAME=PORT:COMMAND
                another tunnel: COMMAND (run by bash) must listen on 127.0.0.1:PORT and lead to 127.0.0.1:$ORIGIN_PORT;
                all of its processes are measured. May be repeated
The binary: $FASTPROXY_BINARY, else artifacts/fastproxy, else ./publish.sh makes it.
USAGE
}

fail() { printf 'compare: %s\n' "$1" >&2; exit 1; }
say() { printf 'compare: [%4ds] %s\n' "$SECONDS" "$*" >&2; }

rounds=5 bytes=$((2 << 30)) warm=$((64 << 20)) delayed_bytes=$((256 << 20)) traced_bytes=$((512 << 20))
rtts=3000 connects=300 parallel=1000 idle=5000 execs=50
chains=(direct haproxy socat stunnel fastproxy-ws fastproxy-wss fastproxy-stock-wss)
rows=(bulk rtt connect parallel delayed idle pooled exec calls)
declare -A with=()
while [ $# -gt 0 ]; do
  case $1 in
    --rounds) rounds=${2:?}; shift 2 ;;
    --quick)
      rounds=1 bytes=$((128 << 20)) warm=0 delayed_bytes=$((16 << 20)) traced_bytes=$((64 << 20))
      rtts=300 connects=30 parallel=200 idle=200 execs=10; shift ;;
    --only) IFS=, read -ra chains <<<"${2:?}"; shift 2 ;;
    --rows) IFS=, read -ra rows <<<"${2:?}"; shift 2 ;;
    --bytes) bytes=${2:?}; shift 2 ;;
    --with)
      [[ ${2:-} =~ ^([A-Za-z0-9._-]+)=([0-9]+):(.+)$ ]] || { usage >&2; exit 2; }
      with[${BASH_REMATCH[1]}]=${BASH_REMATCH[2]}:${BASH_REMATCH[3]}
      chains+=("${BASH_REMATCH[1]}"); shift 2 ;;
    -h|--help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done

for row in "${rows[@]}"; do
  case $row in bulk|rtt|connect|parallel|delayed|idle|pooled|exec|calls) ;; *) usage >&2; exit 2 ;; esac
done
wanted() { [[ " ${rows[*]} " == *" $1 "* ]]; }

tools=(haproxy:haproxy stunnel4:stunnel4 socat:socat iperf3:iperf3 strace:strace openssl:openssl)
. bench/chains.sh

# Kept, so that an interrupted run still has what it measured.
results=$PWD/artifacts/compare/results.jsonl
mkdir -p artifacts/compare
: >"$results"

watch() { local IFS=,; printf '%s' "${pids[*]-}"; }

# measure VERB OPTIONS…: one line a figure into the results; what fails is a hole in the table, said aloud.
measure() {
  local verb=$1
  shift
  if ! timeout 300 "$load" "$verb" --chain "$chain" --round "$round" --port "$port" "$@" >>"$results" 2>"$work/load.log"; then
    say "$chain: $verb $* failed: $(tail -n 1 "$work/load.log")"
    tail -n 3 "$work/origin.log" "$work/$chain.log" >&2 2>/dev/null
  fi
}

traced() { # traced up|down METRIC: system calls of all processes of the chain per GiB
  local tracers=() pid summary total=0 calls n=0
  for pid in "${pids[@]}"; do
    n=$((n + 1))
    summary=artifacts/compare/strace-$chain-$1-$n.txt
    rm -f "$summary"
    strace -c -f -p "$pid" -o "$summary" 2>"$work/strace.log" &
    tracers+=($!)
    for _ in $(seq 100); do grep -q attached "$work/strace.log" && break; sleep 0.05; done
  done
  measure bulk "--$1" --bytes "$traced_bytes" --quiet
  for pid in "${tracers[@]}"; do kill -INT "$pid" 2>/dev/null; done
  for pid in "${tracers[@]}"; do wait "$pid" 2>/dev/null; done
  for n in $(seq "${#tracers[@]}"); do
    calls=$(awk '$NF == "total" { print $4 }' "artifacts/compare/strace-$chain-$1-$n.txt" 2>/dev/null)
    [ -n "$calls" ] || return 0
    total=$((total + calls))
  done
  printf '{"chain":"%s","round":%d,"metric":"%s","value":%d}\n' "$chain" "$round" "$2" $((total * (1 << 30) / traced_bytes)) >>"$results"
}

load_before=$(cut -d' ' -f1 /proc/loadavg)
say "load average $load_before; $rounds round(s) of ${#chains[@]} chains"
# The rows of one round, measured on one start of the chain.
main_rows=()
for row in bulk rtt connect parallel; do ! wanted "$row" || main_rows+=("$row"); done
for round in $(seq "$rounds"); do
  for chain in "${chains[@]}"; do
    [ ${#main_rows[@]} -gt 0 ] || break 2
    say "round $round: $chain"
    if ! start "$chain"; then finish; continue; fi
    watched=()
    [ "$chain" = direct ] || watched=(--watch "$(watch)")
    for row in "${main_rows[@]}"; do
      case $row in
        bulk)
          measure bulk --up --bytes "$bytes" --warm "$warm" ${watched[@]+"${watched[@]}"}
          measure bulk --down --bytes "$bytes" --warm "$warm" ${watched[@]+"${watched[@]}"} ;;
        rtt) measure rtt --count "$rtts" ;;
        connect) measure connect --count "$connects" ;;
        parallel) measure parallel --count "$parallel" ;;
      esac
    done
    finish
  done
done

for chain in "${chains[@]}"; do
  wanted delayed || break
  case $chain in direct|stunnel|fastproxy-ws|fastproxy-wss)
    for round in $(seq "$rounds"); do
      say "100 ms: $chain ($round)"
      if start "$chain" true; then
        measure bulk --up --bytes "$delayed_bytes" --delayed
        measure bulk --down --bytes "$delayed_bytes" --delayed
        measure connect --count 5 --delayed
      fi
      finish
    done ;;
  esac
done

round=1
for chain in "${chains[@]}"; do
  wanted idle || break
  case $chain in haproxy|stunnel|fastproxy-ws|fastproxy-wss)
    say "idle: $chain"
    if start "$chain"; then measure idle --count "$idle" --watch "$idle_pid"; fi
    finish ;;
  esac
done

# What an idle stream of a bastion's pool costs the gateway: resident memory with so many less resident memory with none, after a round of
# as many that is over.
streams_at() { # streams_at PID COMPARISON COUNT: waits until the process holds so many connections
  for _ in $(seq 1800); do
    [ "$(find "/proc/$1/fd" -lname 'socket:*' 2>/dev/null | wc -l)" "$2" "$3" ] && return 0
    sleep 0.1
  done
  say "pooled: the gateway never held $2 $3 connections"
  return 1
}
resident() { awk '/^VmRSS/ { print $2 }' "/proc/$1/status"; }
pooled() { # pooled URL: for the gateway in pids[0]
  local gateway=${pids[0]} base before with
  base=$(find "/proc/$gateway/fd" -lname 'socket:*' | wc -l)
  cat >"$work/bastion.yaml" <<YAML
gateway: $1
ca_file: $work/ca.pem
pool: { min_idle: $idle, max_idle: $idle, max: $idle }
listeners:
  - { listen: 127.0.0.1:$(free_ports 1), hostname: $host, token: { id_file: $work/id, secret_file: $work/secret } }
YAML
  for _ in warm measured; do
    # What the round before left is given back to the system once the process is quiet.
    sleep 15
    before=$(resident "$gateway")
    "$fastproxy" bastion --config "$work/bastion.yaml" >"$work/$chain.log" 2>&1 &
    pids+=($!)
    streams_at "$gateway" -ge "$idle" || return 1
    sleep 15
    with=$(resident "$gateway")
    stop "${pids[1]}"
    pids=("$gateway")
    streams_at "$gateway" -le $((base + 10)) || return 1
  done
  printf '{"chain":"%s","round":1,"metric":"pooled_kib_each","value":%s}\n' "$chain" "$(awk "BEGIN { print ($with - $before) / $idle }")" >>"$results"
}
for chain in "${chains[@]}"; do
  wanted pooled || break
  $bastion || break
  case $chain in fastproxy-ws|fastproxy-wss)
    say "pooled: $chain"
    delay=false pids=() relay_pid=''
    if start_gateway; then
      if [ "$chain" = fastproxy-ws ]; then pooled "http://$host:$plain_port"; else pooled "https://$host:$tls_port"; fi
    fi
    finish ;;
  esac
done

# What a session costs whoever types ssh: a program of its own against a question to the bastion, each from its start to the origin's first
# byte, over the socket pair that OpenSSH would give it.
exec_rows() { # exec_rows URL: the gateway's URL, whose host is the application
  cat >"$work/bastion.yaml" <<YAML
gateway: $1
ca_file: $work/ca.pem
listeners:
  - listen: unix:$work/bastion.sock
    allow: [ { uid: $(id -u), hostnames: [$host], token: { id_file: $work/id, secret_file: $work/secret } } ]
YAML
  "$fastproxy" bastion --config "$work/bastion.yaml" >"$work/$chain.log" 2>&1 &
  pids+=($!)
  for _ in $(seq 200); do [ -S "$work/bastion.sock" ] && break; sleep 0.05; done
  for round in $(seq "$rounds"); do
    measure exec --metric exec_access_p50_us --count "$execs" \
      --command "$fastproxy access ssh --hostname $1 --ca-file $work/ca.pem --id-file $work/id --secret-file $work/secret"
    measure exec --metric exec_connect_p50_us --count "$execs" --fdpass \
      --command "$fastproxy connect --fdpass $host --agent $work/bastion.sock"
  done
}
for chain in "${chains[@]}"; do
  wanted exec || break
  $bastion || break
  case $chain in fastproxy-ws|fastproxy-wss)
    say "exec: $chain"
    delay=false pids=() relay_pid='' port=0
    if start_gateway; then
      if [ "$chain" = fastproxy-ws ]; then exec_rows "http://$host:$plain_port"; else exec_rows "https://$host:$tls_port"; fi
    fi
    finish ;;
  esac
done

round=1
for chain in "${chains[@]}"; do
  wanted calls || break
  [ "$chain" != direct ] || continue
  say "system calls: $chain"
  if start "$chain"; then
    traced up up_syscalls_per_gib
    traced down down_syscalls_per_gib
  fi
  finish
done

printf '%s, %s cores, Linux %s, load average %s before it, `%s`%s\n\n' "$(date -u +%Y-%m-%d)" "$(nproc)" "$(uname -r)" "$load_before" "${command_line% }" \
  "$($bastion || echo '; `access tcp --url` in place of the bastion')"
"$load" report --in "$results" --json artifacts/compare.json --command "${command_line% }"
