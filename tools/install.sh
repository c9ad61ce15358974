#!/usr/bin/env bash
# Puts the built program into a prefix, or takes it away again: tools/install.sh install|uninstall PREFIX
set -euo pipefail
cd "$(dirname "$0")/.."
to=$2

COMPLETIONS=(share/bash-completion/completions/limpid share/zsh/site-functions/_limpid share/fish/vendor_completions.d/limpid.fish)

install_all() {
  # The launcher is bin/limpid: it keeps BUN_* of the environment away from the program in libexec/.
  install -D -m 755 dist/launcher "$to/bin/limpid"
  install -D -m 755 dist/limpid "$to/libexec/limpid/limpid"
  # By that name it is an OCI runtime.
  ln -sf limpid "$to/bin/limpid-runtime"
  local i shells=(bash zsh fish) page
  for i in 0 1 2; do
    if dist/limpid completion "${shells[$i]}" >build/completion 2>/dev/null; then
      install -D -m 644 build/completion "$to/${COMPLETIONS[$i]}"
    fi
  done
  node_modules/.bin/bun tools/gen-man.ts build/man
  for page in build/man/*.1; do install -D -m 644 "$page" "$to/share/man/man1/${page##*/}"; done
  echo "installed $to/bin/limpid"
}

uninstall_all() {
  rm -f "$to/bin/limpid" "$to/bin/limpid-runtime" "$to/libexec/limpid/limpid" "$to"/share/man/man1/limpid.1 "$to"/share/man/man1/limpid-*.1
  rmdir "$to/libexec/limpid" 2>/dev/null || true
  local path
  for path in "${COMPLETIONS[@]}"; do rm -f "$to/$path"; done
  echo "removed $to/bin/limpid"
}

case $1 in
install) install_all ;;
uninstall) uninstall_all ;;
esac
