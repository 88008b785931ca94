# Completion of waybill for bash. Source it, or put it where bash-completion looks.
_waybill() {
    local IFS=$'\n'
    COMPREPLY=($(waybill __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _waybill waybill
