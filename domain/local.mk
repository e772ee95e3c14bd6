# SPDX-License-Identifier: LGPL-2.1-or-later

pkglibexec_PROGRAMS += domain/xapid-domain
domain_xapid_domain_SOURCES = \
	domain/domain.h \
	domain/sim.c \
	domain/sim_devices.c \
	domain/sim_happen.c \
	domain/sim_orders.c \
	domain/sim_private.h \
	domain/worker.c
domain_xapid_domain_LDADD = libxapidworker.a libxapidmodel.a libxapidlib.a $(DEPS_LIBS) $(SYSTEMD_LIBS)
