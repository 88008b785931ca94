# Completion of waybill for fish. Put it into ~/.config/fish/completions.
function __waybill_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l found (waybill __complete $words[2..] "$current" 2>/dev/null)
    if set -q found[1]
        string join \n -- $found
    else
        __fish_complete_path "$current"
    end
end
complete -c waybill -f -a '(__waybill_complete)'
