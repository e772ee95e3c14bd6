/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "options.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/text.h"

#define CONFIG_MAX_BYTES ((size_t)64 * 1024)

struct reader {
	struct options *o;
	const char *name; /* of the option being read */
	char *err;
	size_t err_size;
};

static int
bad(struct reader *r, const char *value, const char *why)
{
	snprintf(r->err, r->err_size, "%s %s: %s", r->name, value, why);
	return -1;
}

/* ---- kinds of values; `to` is a member of struct options ---- */

static int
read_text(struct reader *r, void *to, const char *value)
{
	if (!*value)
		return bad(r, "\"\"", "a value is missing");
	*(const char **)to = value;
	return 0;
}

static int
read_number(struct reader *r, void *to, const char *value)
{
	long long n;

	if (!text_parse_int(value, &n) || n < 0 || n > 1000000000)
		return bad(r, value, "not a number from 0 to 1000000000");
	*(unsigned *)to = (unsigned)n;
	return 0;
}

static int
read_bytes(struct reader *r, void *to, const char *value)
{
	long long n;

	if (!text_parse_int(value, &n) || n < 0)
		return bad(r, value, "not a number of bytes");
	*(uint64_t *)to = (uint64_t)n;
	return 0;
}

static int
read_https_only(struct reader *r, void *to, const char *value)
{
	if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
		return bad(r, value, "neither true nor false");
	*(enum https_only *)to =
	    strcmp(value, "true") == 0 ? HTTPS_ONLY_YES : HTTPS_ONLY_NO;
	return 0;
}

static int
read_backend(struct reader *r, void *to, const char *value)
{
	if (strcmp(value, "auto") != 0 && strcmp(value, "simulator") != 0 &&
	    strcmp(value, "libxl") != 0)
		return bad(r, value, "auto, libxl or simulator");
	*(const char **)to = value;
	return 0;
}

static int
read_level(struct reader *r, void *to, const char *value)
{
	static const struct {
		const char *name;
		enum log_level level;
	} levels[] = {
		{ "error", LOG_L_ERR },
		{ "warning", LOG_L_WARN },
		{ "info", LOG_L_INFO },
		{ "debug", LOG_L_DEBUG },
	};

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (strcmp(value, levels[i].name) == 0) {
			*(enum log_level *)to = levels[i].level;
			return 0;
		}
	return bad(r, value, "error, warning, info or debug");
}

/* ADDR:PORT, [ADDR]:PORT or PORT */
static int
read_listen(struct reader *r, const char *value, bool tls)
{
	struct options *o = r->o;
	const char *colon = strrchr(value, ':');
	char *address = strdup(colon ? value : "0.0.0.0");
	long long port;

	if (!address)
		return bad(r, value, "out of memory");
	if (colon)
		address[colon - value] = '\0';
	if (address[0] == '[' && address[strlen(address) - 1] == ']') {
		address[strlen(address) - 1] = '\0';
		memmove(address, address + 1, strlen(address));
	}
	if (!text_parse_int(colon ? colon + 1 : value, &port) || port < 0 ||
	    port > 65535 || o->nlisten == OPTIONS_MAX_LISTEN) {
		free(address);
		return bad(r, value, "not ADDRESS:PORT");
	}
	o->listen[o->nlisten++] = (struct rpc_listen){
		.address = address, /* for the process's life */
		.port = (uint16_t)port,
		.tls = tls,
	};
	return 0;
}

static int
read_plain_listen(struct reader *r, void *to, const char *value)
{
	(void)to;
	return read_listen(r, value, false);
}

static int
read_tls_listen(struct reader *r, void *to, const char *value)
{
	(void)to;
	return read_listen(r, value, true);
}

static int
read_plugin_dir(struct reader *r, void *to, const char *value)
{
	const char **dirs = to;

	for (int i = 0; i < 3; i++)
		if (!dirs[i]) {
			dirs[i] = value;
			return 0;
		}
	return bad(r, value, "more than three folders");
}

/* ---- the options ---- */

static const struct option_row {
	const char *name;
	int (*read)(struct reader *r, void *to, const char *value);
	size_t offset;
	const char *argument, *help;
} rows[] = {
#define AT(member) offsetof(struct options, member)
	{ "config", read_text, AT(config_file), "FILE",
	    "read options from FILE (default: " SYSCONFDIR
	    "/xapid/xapid.conf)" },
	{ "backend", read_backend, AT(core.backend), "NAME",
	    "auto, libxl or simulator" },
	{ "state", read_text, AT(core.state_dir), "DIR",
	    "database, certificate, blobs, audit log" },
	{ "user", read_text, AT(user), "NAME",
	    "whom the daemon becomes when root starts it (default: xapid, "
	    "where there is one)" },
	{ "listen", read_plain_listen, 0, "ADDR:PORT",
	    "serve plain HTTP here; may be repeated" },
	{ "tls-listen", read_tls_listen, 0, "ADDR:PORT",
	    "serve HTTPS here; may be repeated" },
	{ "socket", read_text, AT(socket_path), "PATH",
	    "local socket, for root only" },
	{ "users", read_text, AT(core.users_file), "FILE",
	    "lines name:hash:role instead of PAM" },
	{ "certificate", read_text, AT(certificate), "FILE",
	    "PEM file with key and certificate" },
	{ "https-only", read_https_only, AT(core.https_only), "BOOL",
	    "refuse calls over plain HTTP (default: as host.https_only)" },
	{ "plugins", read_plugin_dir, AT(core.plugin_dirs), "DIR",
	    "folder of plugins for host.call_plugin; may be repeated" },
	{ "plugin-timeout", read_number, AT(core.plugin_timeout_s), "SECONDS",
	    "after which a plugin is killed (default: 7200)" },
	{ "vm-plugins", read_text, AT(core.vm_plugins), "NAME,...",
	    "plugins that a vm-operator may call by VM.call_host_plugin" },
	{ "extensions", read_plugin_dir, AT(core.extension_dirs), "DIR",
	    "folder of API extensions; may be repeated" },
	{ "product-brand", read_text, AT(core.product_brand), "NAME",
	    "as clients want to see it (default: XCP)" },
	{ "product-version", read_text, AT(core.product_version), "X.Y.Z",
	    "numbers and dots (default: 8.4.0)" },
	{ "platform-version", read_text, AT(core.platform_version), "X.Y.Z",
	    "numbers and dots (default: 3.4.0)" },
	{ "sim-hosts", read_number, AT(sim_hosts), "N",
	    "simulated hosts of a new pool, 1 to 64" },
	{ "sim-vms", read_number, AT(sim_vms), "N",
	    "simulated VMs of a new pool, up to 10000" },
	{ "worker-deadline", read_number, AT(core.worker_deadline_s), "SECONDS",
	    "a worker that takes longer for one request is killed and the "
	    "request tried again, where the operation has no time of its own "
	    "(default: 60)" },
	{ "session-idle", read_number, AT(core.session_idle_s), "SECONDS",
	    "end a session after this silence" },
	{ "max-sessions-per-user", read_number, AT(core.max_sessions_per_user),
	    "N", "oldest end first" },
	{ "max-sessions-per-originator", read_number,
	    AT(core.max_sessions_per_originator), "N",
	    "of the same program of a user; the same" },
	{ "max-event-calls-per-user", read_number,
	    AT(core.max_event_calls_per_user), "N",
	    "waiting event.from calls" },
	{ "max-tasks-per-user", read_number, AT(core.max_tasks_per_user), "N",
	    "tasks; finished ones go first" },
	{ "call-costs", read_text, AT(core.call_costs_file), "FILE",
	    "how many tokens of a Rate_limit calls cost, in lines Class.call = "
	    "TOKENS, where it is not what xapid knows" },
	{ "auto-callers", read_number, AT(core.max_auto_callers), "N",
	    "Caller objects that are made for new clients; the one that was "
	    "silent for longest goes first (default: 0, none are made)" },
	{ "task-done", read_number, AT(core.task_done_s), "SECONDS",
	    "a finished task is kept this long" },
	{ "task-pending", read_number, AT(core.task_pending_s), "SECONDS",
	    "a task that nobody works on is kept this long" },
	{ "max-messages", read_number, AT(core.max_messages), "N",
	    "alerts kept; the oldest go first" },
	{ "max-blob-bytes", read_bytes, AT(core.max_blob_bytes), "N",
	    "of one blob" },
	{ "max-connections", read_number, AT(max_connections), "N",
	    "TCP connections" },
	{ "max-connections-per-address", read_number, AT(max_per_address), "N",
	    "of one client" },
	{ "max-memory", read_bytes, AT(max_memory), "N",
	    "bytes of the daemon's own memory, 0: no limit (default: 4 GiB, or "
	    "three quarters of the machine's)" },
	{ "log", read_text, AT(log_target), "TARGET",
	    "stderr, journal or syslog" },
	{ "log-level", read_level, AT(log_level), "LEVEL",
	    "error, warning, info or debug" },
#undef AT
};

static const struct action_row {
	const char *name;
	enum options_action action;
	bool file;
	const char *help;
} actions[] = {
	{ "check-db", ACTION_CHECK_DB, false,
	    "verify the database, also while xapid runs" },
	{ "repair", ACTION_REPAIR_DB, false,
	    "mend the database; keeps a copy of it" },
	{ "backup", ACTION_BACKUP, true,
	    "copy the database to FILE, also while xapid runs" },
	{ "restore", ACTION_RESTORE, true,
	    "replace the database by FILE (a backup, or XML as in state.db)" },
	{ "help", ACTION_HELP, false, "this text" },
	{ "version", ACTION_VERSION, false, "the version" },
};

#define NROWS (sizeof(rows) / sizeof(rows[0]))
#define NACTIONS (sizeof(actions) / sizeof(actions[0]))

static int
apply(struct options *o, const char *name, const char *value, char *err,
    size_t err_size)
{
	struct reader r = { o, name, err, err_size };

	for (size_t i = 0; i < NROWS; i++)
		if (strcmp(rows[i].name, name) == 0)
			return rows[i].read(&r, (char *)o + rows[i].offset,
			    value);
	snprintf(err, err_size, "unknown option %s; xapid --help lists them",
	    name);
	return -1;
}

/* Ten times what ten thousand VMs and all buffers at once can take. */
static uint64_t
usual_memory(void)
{
	uint64_t most = UINT64_C(4) << 30;
	long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
	uint64_t all = pages > 0 && size > 0
	    ? (uint64_t)pages * (uint64_t)size / 4 * 3
	    : most;

	return all < most ? all : most;
}

static void
set_defaults(struct options *o)
{
	*o = (struct options){
		.core = {
			.state_dir = LOCALSTATEDIR "/lib/xapid",
			.backend = "auto",
			.product_brand = "XCP",
			.product_version = "8.4.0",
			.platform_version = "3.4.0",
			.max_sessions_per_user = 500,
			.max_sessions_per_originator = 500,
			.session_idle_s = 86400,
			.task_done_s = 3900,
			.task_pending_s = 86400,
			.max_event_calls_per_user = 256,
			.max_tasks_per_user = 10000,
			.max_messages = 10000,
			.plugin_timeout_s = 7200,
			.worker_deadline_s = 60,
			.max_blob_bytes = UINT64_C(64) << 20,
		},
		.config_file = SYSCONFDIR "/xapid/xapid.conf",
		.log_target = "stderr",
		.log_level = LOG_L_INFO,
		.sim_hosts = 1,
		.max_connections = 8192,
		.max_per_address = 1024,
		.max_memory = usual_memory(),
	};
}

/* ---- the file ---- */

static char *
trim(char *s)
{
	char *end;

	while (isspace((unsigned char)*s))
		s++;
	end = s + strlen(s);
	while (end > s && isspace((unsigned char)end[-1]))
		*--end = '\0';
	return s;
}

static int
read_line(struct options *o, char *line, unsigned number, char *err,
    size_t err_size)
{
	char why[256];
	char *equals, *name = trim(line);

	if (!*name || *name == '#')
		return 0;
	equals = strchr(name, '=');
	if (!equals) {
		snprintf(err, err_size, "%s:%u: not name = value",
		    o->config_file, number);
		return -1;
	}
	*equals = '\0';
	if (apply(o, trim(name), trim(equals + 1), why, sizeof(why)) < 0) {
		snprintf(err, err_size, "%s:%u: %s", o->config_file, number,
		    why);
		return -1;
	}
	return 0;
}

/* The text stays for the process's life: values point into it. */
static int
read_lines(struct options *o, char *rest, char *err, size_t err_size)
{
	char *line;
	unsigned number = 0;

	while ((line = strsep(&rest, "\n")))
		if (read_line(o, line, ++number, err, err_size) < 0)
			return -1;
	return 0;
}

static int
read_file(struct options *o, bool must_exist, char *err, size_t err_size)
{
	struct bytes text = { 0 };

	if (file_read(o->config_file, CONFIG_MAX_BYTES, &text) < 0 ||
	    !bytes_cstr(&text)) {
		if (errno == ENOENT && !must_exist)
			return 0;
		snprintf(err, err_size, "%s: %s", o->config_file,
		    strerror(errno));
		return -1;
	}
	if (read_lines(o, text.p, err, err_size) == 0)
		return 0;
	bytes_free(&text);
	return -1;
}

/* ---- the command line ---- */

static const struct action_row *
find_action(const char *name)
{
	for (size_t i = 0; i < NACTIONS; i++)
		if (strcmp(actions[i].name, name) == 0)
			return &actions[i];
	return NULL;
}

/* One argument and perhaps the next; answers how many were taken, or -1. */
static int
read_argument(struct options *o, int left, char **argv, char *err,
    size_t err_size)
{
	const char *arg = argv[0];
	const struct action_row *action;
	char name[64];
	const char *equals, *value;
	size_t len;

	if (strncmp(arg, "--", 2) != 0) {
		snprintf(err, err_size,
		    "%s is no option; xapid --help lists "
		    "them",
		    arg);
		return -1;
	}
	equals = strchr(arg, '=');
	len = equals ? (size_t)(equals - arg - 2) : strlen(arg + 2);
	if (len >= sizeof(name))
		len = sizeof(name) - 1;
	memcpy(name, arg + 2, len);
	name[len] = '\0';
	if (strcmp(name, "foreground") == 0) {
		o->foreground = true;
		return 1;
	}
	value = equals ? equals + 1 : left > 1 ? argv[1] : NULL;
	action = find_action(name);
	if (action) {
		o->action = action->action;
		if (!action->file)
			return 1;
		o->file = value;
	}
	if (!value) {
		snprintf(err, err_size, "--%s: a value is missing", name);
		return -1;
	}
	if (!action && apply(o, name, value, err, err_size) < 0)
		return -1;
	return equals ? 1 : 2;
}

/* --config decides which file is read before the other arguments. */
static bool
find_config(struct options *o, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--config") == 0 && i + 1 < argc) {
			o->config_file = argv[i + 1];
			return true;
		}
		if (strncmp(argv[i], "--config=", 9) == 0) {
			o->config_file = argv[i] + 9;
			return true;
		}
	}
	return false;
}

/* An unprivileged simulator needs no file of the system's. */
static bool
wants_file(const struct options *o, int argc, char **argv)
{
	(void)o;
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "simulator") == 0 ||
		    strcmp(argv[i], "--backend=simulator") == 0)
			return geteuid() == 0;
	return true;
}

int
options_read(struct options *o, int argc, char **argv, char *err,
    size_t err_size)
{
	bool named;
	int n;

	set_defaults(o);
	named = find_config(o, argc, argv);
	if ((named || wants_file(o, argc, argv)) &&
	    read_file(o, named, err, err_size) < 0)
		return -1;
	for (int i = 1; i < argc; i += n) {
		n = read_argument(o, argc - i, argv + i, err, err_size);
		if (n < 0)
			return -1;
	}
	if (o->sim_hosts < 1 || o->sim_hosts > 64 || o->sim_vms > 10000) {
		snprintf(err, err_size,
		    "--sim-hosts is from 1 to 64, "
		    "--sim-vms up to 10000");
		return -1;
	}
	if (!o->core.plugin_dirs[0]) {
		o->core.plugin_dirs[0] = SYSCONFDIR "/xapi.d/plugins";
		o->core.plugin_dirs[1] = PKGLIBEXECDIR "/plugins";
	}
	if (!o->core.extension_dirs[0]) {
		o->core.extension_dirs[0] = SYSCONFDIR "/xapi.d/extensions";
		o->core.extension_dirs[1] = PKGLIBEXECDIR "/extensions";
	}
	return 0;
}

void
options_help(void)
{
	puts("usage: xapid [OPTION]...\n\n"
	     "The XenAPI toolstack daemon. Options, also as \"name = value\" "
	     "lines of the\nconfiguration file:\n");
	for (size_t i = 0; i < NROWS; i++) {
		char left[48];

		snprintf(left, sizeof(left), "--%s %s", rows[i].name,
		    rows[i].argument);
		printf("  %-30s %s\n", left, rows[i].help);
	}
	puts("\nOnly on the command line:\n");
	printf("  %-30s %s\n", "--foreground",
	    "stay attached (the default; "
	    "for init scripts)");
	for (size_t i = 0; i < NACTIONS; i++) {
		char left[48];

		snprintf(left, sizeof(left), "--%s%s", actions[i].name,
		    actions[i].file ? " FILE" : "");
		printf("  %-30s %s\n", left, actions[i].help);
	}
	puts("\nSIGHUP reads the certificate and the users again, SIGTERM "
	     "ends. See xapid(8).");
}
