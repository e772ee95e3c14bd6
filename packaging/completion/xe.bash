# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion of xe in bash. xe itself knows what can stand there; the work here
# is that bash takes name=value for two words or three.

_xe() {
	local line=${COMP_LINE:0:COMP_POINT} word before reply
	local -a words

	# shellcheck disable=SC2162 # a backslash keeps a space
	read -a words <<<"${line//[\"\']/}"
	[[ $line == *[[:space:]] && $line != *\\[[:space:]] ]] && words+=("")
	word=${words[-1]-}
	before=${word%"${word##*[=:]}"}
	COMPREPLY=()
	while IFS= read -r reply; do
		[[ $COMP_WORDBREAKS == *=* ]] && reply=${reply#"$before"}
		COMPREPLY+=("$(printf %q "$reply")")
	done < <("${words[0]}" __complete "${words[@]:1}" 2>/dev/null)
	[[ ${#COMPREPLY[@]} -ne 1 || ${COMPREPLY[0]} != *[=:/] ]] ||
		compopt -o nospace 2>/dev/null
}
complete -F _xe xe
