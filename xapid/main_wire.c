/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The wire, and what calls may change of it while it serves: the certificate, and
 * who is answered. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef HAVE_LIBSYSTEMD
#include <systemd/sd-daemon.h>
#endif

#include "call/http.h"
#include "host/host_https.h"
#include "lib/log.h"
#include "main_daemon.h"
#include "net/pif.h"
#include "rpc/tls.h"
#include "trust/client_certificates.h"

static bool
wants_tls(const struct options *o)
{
	for (unsigned i = 0; i < o->nlisten; i++)
		if (o->listen[i].tls)
			return true;
	return false;
}

int
main_certificate(struct daemon *d)
{
	char host[256] = "localhost", err[256];
	const char *names[] = { host, "localhost", "127.0.0.1", "::1", NULL };
	struct stat st;

	if (d->options.certificate)
		snprintf(d->certificate, sizeof(d->certificate), "%s",
		    d->options.certificate);
	else
		snprintf(d->certificate, sizeof(d->certificate), "%s/xapid.pem",
		    d->options.core.state_dir);
	if (!wants_tls(&d->options))
		return 0;
	d->core.certificate = d->certificate;
	if (stat(d->certificate, &st) == 0)
		return 0;
	(void)gethostname(host, sizeof(host) - 1);
	if (rpc_make_certificate(d->certificate, names, err, sizeof(err)) < 0)
		return main_complain(err);
	return 0;
}

static int
reload_certificate(struct core *core, char *err, size_t err_size)
{
	struct daemon *d =
	    (struct daemon *)((char *)core - offsetof(struct daemon, core));

	struct rpc *rpc = atomic_load(&d->rpc);

	if (rpc)
		return rpc_reload_certificate(rpc, err, err_size);
	snprintf(err, err_size, "the daemon is still starting");
	return -1;
}

static int
set_clients(struct core *core, const char *name, const char *authorities,
    const char *revoked, unsigned epoch, char *err, size_t err_size)
{
	struct daemon *d =
	    (struct daemon *)((char *)core - offsetof(struct daemon, core));
	const struct tls_clients clients = { name, authorities, revoked,
		epoch };
	struct rpc *rpc = atomic_load(&d->rpc);

	return rpc ? rpc_set_clients(rpc, name ? &clients : NULL, err, err_size)
		   : 0;
}

static void
set_https_only(struct core *core, bool on)
{
	struct daemon *d =
	    (struct daemon *)((char *)core - offsetof(struct daemon, core));
	struct rpc *rpc = atomic_load(&d->rpc);

	if (rpc)
		rpc_set_https_only(rpc, on);
}

static bool
path_stats(struct core *core, unsigned n, struct rpc_path_stats *out)
{
	struct daemon *d =
	    (struct daemon *)((char *)core - offsetof(struct daemon, core));
	struct rpc *rpc = atomic_load(&d->rpc);

	return rpc && rpc_get_path_stats(rpc, n, out);
}

static void
set_local_only(struct core *core, bool on)
{
	struct daemon *d =
	    (struct daemon *)((char *)core - offsetof(struct daemon, core));
	struct rpc *rpc = atomic_load(&d->rpc);

	if (rpc)
		rpc_set_local_only(rpc, on);
}

static bool
refuses_plain(struct daemon *d)
{
	bool on = host_https_only(&d->core);

	if (on && !d->core.certificate)
		log_warn("plain HTTP is refused, and nothing serves TLS: only "
			 "the local socket is left");
	else if (on)
		log_info("plain HTTP is refused: https-only");
	return on;
}

int
main_wire(struct daemon *d)
{
	struct http_routes routes;
	char err[512];

	call_service_init(&d->service, &d->core);
	http_routes_init(&routes, &d->core);
	if (d->core.certificate) {
		d->core.make_certificate = rpc_make_certificate;
		d->core.reload_certificate = reload_certificate;
		d->core.set_https_only = set_https_only;
		d->core.set_clients = set_clients;
	}
	d->core.set_local_only = set_local_only;
	d->core.path_stats = path_stats;
	d->wire.https_only = refuses_plain(d);
	d->wire.local_only = management_is_off(&d->core);
	d->wire.certificate = d->core.certificate;
	d->rpc = rpc_start(&d->wire, &d->service, &routes, err, sizeof(err));
	if (!d->rpc)
		return main_complain(err);
	/* A call that came in between did not find it. */
	host_https_apply(&d->core);
	management_apply(&d->core);
	(void)client_certificates_refresh(&d->core);
	return 0;
}

void
main_announce(struct daemon *d)
{
	printf("xapid ready");
	for (unsigned i = 0; i < d->options.nlisten; i++)
		printf(" %s://%s:%u",
		    d->options.listen[i].tls ? "https" : "http",
		    d->options.listen[i].address, rpc_port(d->rpc, i));
	if (d->options.socket_path)
		printf(" unix:%s", d->options.socket_path);
	printf("\n");
	fflush(stdout);
#ifdef HAVE_LIBSYSTEMD
	sd_notify(0, "READY=1");
#endif
}
