# SPDX-License-Identifier: LGPL-2.1-or-later

noinst_LIBRARIES += librpc.a

librpc_a_SOURCES = \
	rpc/decode.h \
	rpc/encode.h \
	rpc/exchange.h \
	rpc/rpc.h \
	rpc/service.h
