/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The daemon itself: its end, and what it tells of its inside. */
#include "host/host_agent.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "call/edit.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "plan/priv.h"

/* ---- the end ---- */

#define MOMENT_NS (NSEC_PER_SEC / 2)

static void
begin_again(struct timer *t)
{
	(void)t;
	_exit(PRIV_AGAIN);
}

static void
end(struct timer *t)
{
	(void)t;
	kill(getpid(), SIGTERM); /* as whoever stops it by hand */
}

static void
in_a_moment(struct core *core, struct timer *t)
{
	if (timer_set(core->timers, t, clock_mono_ns() + MOMENT_NS) < 0)
		t->fire(t);
}

void
host_agent_restart(struct core *core)
{
	static struct timer timer = { .fire = begin_again };

	in_a_moment(core, &timer);
}

void
host_agent_end(struct core *core)
{
	static struct timer timer = { .fire = end };

	in_a_moment(core, &timer);
}

int
host_restart_agent(struct call *c, const struct host_restart_agent_args *a)
{
	(void)a;
	log_info("the daemon is to begin again: host.restart_agent");
	host_agent_restart(c->core);
	return 0;
}

int
host_shutdown_agent(struct call *c, const struct host_shutdown_agent_args *a)
{
	(void)a;
	log_info("the daemon is to end: host.shutdown_agent");
	host_agent_end(c->core);
	return 0;
}

/* ---- threads ---- */

#define THREADS_MAX 4096

static void
put_thread(struct bytes *out, const char *id)
{
	char path[320], line[512];
	const char *name, *state;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%s/stat", id);
	f = fopen(path, "re");
	if (!f)
		return; /* it has just ended */
	/* 12 (name) S ...; the name may have spaces and brackets */
	if (fgets(line, sizeof(line), f) && (name = strchr(line, '(')) &&
	    (state = strrchr(line, ')')) && state[1] == ' ')
		bytes_printf(out, "%s %.*s %c\n", id, (int)(state - name - 1),
		    name + 1, state[2]);
	fclose(f);
}

/* One line for each: id, name, state as the kernel says it. */
int
host_get_thread_diagnostics(struct call *c,
    const struct host_get_thread_diagnostics_args *a, const char **result_r)
{
	CLEANUP_BYTES struct bytes out = { 0 };
	DIR *dir = opendir("/proc/self/task");
	struct dirent *e;

	(void)a;
	for (int n = 0; dir && n < THREADS_MAX && (e = readdir(dir)); n++)
		if (e->d_name[0] != '.')
			put_thread(&out, e->d_name);
	if (dir)
		closedir(dir);
	*result_r = arena_strdup(c->arena, bytes_cstr(&out) ? out.p : "");
	return *result_r && !out.failed ? 0 : call_fail_nomem(c);
}

/* ---- storage ---- */

struct storage_text {
	struct call *c;
	struct ref host;
	struct bytes out;
};

static void
put_disk(struct storage_text *s, struct ref ref)
{
	RECORD_UNREF const struct record *r = db_get(s->c->db, CLASS_VBD, ref);
	const struct vbd *vbd = (const struct vbd *)r;

	if (!vbd || !vbd->currently_attached)
		return;
	RECORD_UNREF const struct record *vm =
	    db_get(s->c->db, CLASS_VM, vbd->VM);

	if (vm)
		bytes_printf(&s->out, "    attached to VM %s as %s, %s\n",
		    ((const struct vm *)vm)->uuid, vbd->device,
		    enum_info_vbd_mode.values[vbd->mode]);
}

/* Disks that nobody uses are only counted. */
static void
put_disks(struct storage_text *s, const struct sr *sr)
{
	const struct ref *vdis = sr->VDIs.items;

	bytes_printf(&s->out, "  %u disks\n", (unsigned)sr->VDIs.n);
	for (uint32_t i = 0; i < sr->VDIs.n; i++) {
		RECORD_UNREF const struct record *r =
		    db_get(s->c->db, CLASS_VDI, vdis[i]);
		const struct vdi *vdi = (const struct vdi *)r;
		size_t before = s->out.len, head;
		const struct ref *vbds = vdi ? vdi->VBDs.items : NULL;

		bytes_printf(&s->out, "  disk %s\n", vdi ? vdi->uuid : "");
		head = s->out.len;
		for (uint32_t k = 0; vdi && k < vdi->VBDs.n; k++)
			put_disk(s, vbds[k]);
		if (s->out.len == head)
			s->out.len = before;
	}
}

int
host_get_sm_diagnostics(struct call *c,
    const struct host_get_sm_diagnostics_args *a, const char **result_r)
{
	RECORD_UNREF const struct record *r = call_get(c, CLASS_host, a->host);
	struct storage_text s = { .c = c };
	const struct ref *pbds;

	if (!r)
		return -1;
	pbds = ((const struct host *)r)->PBDs.items;
	for (uint32_t i = 0; i < ((const struct host *)r)->PBDs.n; i++) {
		RECORD_UNREF const struct record *p =
		    db_get(c->db, CLASS_PBD, pbds[i]);
		const struct pbd *pbd = (const struct pbd *)p;
		RECORD_UNREF const struct record *sr =
		    pbd ? db_get(c->db, CLASS_SR, pbd->SR) : NULL;

		if (!sr)
			continue;
		bytes_printf(&s.out, "SR %s, %s, %s\n",
		    ((const struct sr *)sr)->uuid,
		    ((const struct sr *)sr)->type,
		    pbd->currently_attached ? "attached" : "not attached");
		put_disks(&s, (const struct sr *)sr);
	}
	*result_r = arena_strdup(c->arena, bytes_cstr(&s.out) ? s.out.p : "");
	bytes_free(&s.out);
	return *result_r ? 0 : call_fail_nomem(c);
}
