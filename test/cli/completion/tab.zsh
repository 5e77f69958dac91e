# zsh -f tz.zsh SCRIPT LINE...: what Tab makes of each line, in a real interactive zsh
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z 'PS1= RPS1= ; autoload -Uz compinit; compinit -u -D; source '$1'; report() { zle complete-word; print -r -- "=<"$LBUFFER">="; zle kill-whole-line; }; zle -N report; bindkey "^X" report; print REA""DY'
zpty -r -m z out '*READY*'
for line in "${@[2,-1]}"; do
  zpty -w -n z "$line"$'\C-x'
  zpty -r -m z out '*=<*>=*'
  print -r -- "${${out##*=<}%%>=*}"
done
zpty -d z
