# Completion of waybill for fish. Put it into ~/.config/fish/completions.
function __waybill_complete
    set -l words (commandline -opc)
    set -a words (commandline -ct | string collect --allow-empty)
    waybill __complete $words[2..] 2>/dev/null
end
complete -c waybill -a '(__waybill_complete)'
