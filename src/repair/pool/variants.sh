# Runs a program once for each variant it holds, one after the other, and keeps what each prints and how it ends.
# Arguments: the folder for NUMBER.out and NUMBER.code, seconds for each, the program and its arguments. The numbers
# come on standard input, one a line. A variant that prints or needs too much ends by itself.
folder=$1
seconds=$2
shift 2
ulimit -f 2048
ulimit -c 0
ulimit -v 8388608
while read -r number; do
  PATCHWRIGHT_VARIANT=$number timeout -s KILL "$seconds" "$@" >"$folder/$number.out" 2>&1 </dev/null
  printf '%s\n' "$?" >"$folder/$number.code"
done
