/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* (source: lifecycle.json actions_after) */
#include "vm/power/vm_after.h"

#include <string.h>

static enum vm_after
after_exit(enum on_normal_exit action)
{
	return action == ON_NORMAL_EXIT_RESTART ? VM_AFTER_RESTART
						: VM_AFTER_END;
}

static enum vm_after
after_poweroff(const struct vm *vm)
{
	return after_exit(vm->actions_after_shutdown);
}

static enum vm_after
after_reboot(const struct vm *vm)
{
	return after_exit(vm->actions_after_reboot);
}

/* A guest that has put another kernel into its memory begins anew with its own:
 * what it had there does not outlive its domain. */
static enum vm_after
after_soft_reset(const struct vm *vm)
{
	static const enum vm_after table[] = {
		[ON_SOFTREBOOT_BEHAVIOR_SOFT_REBOOT] = VM_AFTER_RESTART,
		[ON_SOFTREBOOT_BEHAVIOR_DESTROY] = VM_AFTER_END,
		[ON_SOFTREBOOT_BEHAVIOR_RESTART] = VM_AFTER_RESTART,
		[ON_SOFTREBOOT_BEHAVIOR_PRESERVE] = VM_AFTER_KEEP,
	};

	return table[vm->actions_after_softreboot];
}

static enum vm_after
after_crash(const struct vm *vm)
{
	static const enum vm_after table[] = {
		[ON_CRASH_BEHAVIOUR_DESTROY] = VM_AFTER_END,
		[ON_CRASH_BEHAVIOUR_COREDUMP_AND_DESTROY] = VM_AFTER_DUMP_END,
		[ON_CRASH_BEHAVIOUR_RESTART] = VM_AFTER_RESTART,
		[ON_CRASH_BEHAVIOUR_COREDUMP_AND_RESTART] =
		    VM_AFTER_DUMP_RESTART,
		[ON_CRASH_BEHAVIOUR_PRESERVE] = VM_AFTER_KEEP,
		/* No VM starts with it; set since, there is no such thing. */
		[ON_CRASH_BEHAVIOUR_RENAME_RESTART] = VM_AFTER_RESTART,
	};

	return table[vm->actions_after_crash];
}

static enum vm_after
without_restart(enum vm_after after)
{
	if (after == VM_AFTER_RESTART)
		return VM_AFTER_END;
	return after == VM_AFTER_DUMP_RESTART ? VM_AFTER_DUMP_END : after;
}

enum vm_after
vm_after(const struct vm *vm, const char *state, int64_t age)
{
	/* "shutdown:suspend" is not here: whoever asked for it is waiting. */
	static const struct {
		const char *state;
		enum vm_after (*after)(const struct vm *vm);
	} table[] = {
		{ "shutdown:poweroff", after_poweroff },
		{ "shutdown:reboot", after_reboot },
		{ "shutdown:watchdog", after_reboot },
		{ "shutdown:soft_reset", after_soft_reset },
		{ "shutdown:crash", after_crash },
	};

	if (strcmp(state, "gone") == 0)
		return VM_AFTER_END;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strcmp(table[i].state, state) == 0) {
			enum vm_after after = table[i].after(vm);

			return table[i].after == after_crash &&
				age < VM_AFTER_SOON_SECONDS
			    ? without_restart(after)
			    : after;
		}
	return VM_AFTER_NOTHING;
}
