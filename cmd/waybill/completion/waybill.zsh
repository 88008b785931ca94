#compdef waybill
# Completion of waybill for zsh. Put it as _waybill into a folder of $fpath, or source it after compinit.
_waybill() {
    local -a found
    found=(${(f)"$(waybill __complete "${(@)words[2,CURRENT]}" 2>/dev/null)"})
    if (( ${#found} )); then
        compadd -a found
    else
        _files
    fi
}
compdef _waybill waybill
