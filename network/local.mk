# SPDX-License-Identifier: LGPL-2.1-or-later

pkglibexec_PROGRAMS += network/xapid-network
network_xapid_network_SOURCES = \
	network/bridge.c \
	network/link.c \
	network/network.h \
	network/sim.c \
	network/worker.c
network_xapid_network_LDADD = libxapidworker.a libxapidmodel.a libxapidlib.a $(DEPS_LIBS) $(SYSTEMD_LIBS)
