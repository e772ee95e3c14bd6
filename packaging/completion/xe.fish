# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion of xe in fish. xe itself knows what can stand there.

function __xe_complete
	set -l words (commandline -opc)
	xe __complete $words[2..] (commandline -ct) 2>/dev/null
end
complete -c xe -f -a '(__xe_complete)'
