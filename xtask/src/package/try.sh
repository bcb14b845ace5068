# Uses the packages of /packages in an empty Debian, first the tarball, then the Debian package.
set -euo pipefail

fail() {
  echo "error: $*" >&2
  exit 1
}

# Serves a copy of the example, calls its functions and ends it.
serve_example() {
  local example=$1 copy server line
  copy=$(mktemp -d)
  cp -r "$example/." "$copy"
  cd "$copy"
  exec 3< <(exec kamodo-rpc serve --port 60000 2>&1)
  server=$!
  while :; do
    read -r -t 60 line <&3 || fail "the server did not become ready"
    echo "  $line"
    [[ $line == ready* ]] && break
  done
  expect 19 kamodo-rpc call f 5
  expect 69415.66289906684 kamodo-rpc call r_0 0.0 5.0 400.0
  kill -INT "$server"
  while read -r -t 60 line <&3; do
    echo "  $line"
  done
  exec 3<&-
  cd /
}

expect() {
  local expected=$1 found
  shift
  found=$("$@") || fail "$* failed"
  [ "$found" = "$expected" ] || fail "$*: expected $expected, found $found"
  echo "\$ $*"
  echo "  $found"
}

export HOME=/root
mkdir /unpacked
tar -xzf /packages/*.tar.gz -C /unpacked --strip-components 1
echo "the tarball:"
PATH=/unpacked/bin:$PATH serve_example /unpacked/lib/kamodo-rpc/example
ls /unpacked/README /unpacked/LICENSE-MIT /unpacked/share/man/man1/kamodo-rpc-serve.1.gz >/dev/null
bash -c 'source /unpacked/share/bash-completion/completions/kamodo-rpc; complete -p kamodo-rpc' >/dev/null

echo "the Debian package:"
[ "$(command -v kamodo-rpc || true)" = "" ] || fail "a kamodo-rpc is there already"
dpkg --install /packages/*.deb
[ "$(command -v kamodo-rpc)" = /usr/bin/kamodo-rpc ] || fail "kamodo-rpc is not in /usr/bin"
serve_example /usr/lib/kamodo-rpc/example
contents=$(dpkg-deb --contents /packages/*.deb)
for file in man/man1/kamodo-rpc.1.gz man/man1/kamodo-rpc-call.1.gz bash-completion/completions/kamodo-rpc \
  zsh/vendor-completions/_kamodo-rpc fish/vendor_completions.d/kamodo-rpc.fish doc/kamodo-rpc/copyright; do
  [[ $contents == *"./usr/share/$file"* ]] || fail "the package has no /usr/share/$file"
done
[[ $contents != *try-plugin* ]] || fail "the package has a page of a hidden command"
dpkg --remove kamodo-rpc
[ ! -e /usr/bin/kamodo-rpc ] && [ ! -e /usr/lib/kamodo-rpc ] || fail "the package left something behind"
echo "both are well"
