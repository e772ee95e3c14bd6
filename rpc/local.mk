# SPDX-License-Identifier: LGPL-2.1-or-later

noinst_LIBRARIES += librpc.a

librpc_a_SOURCES = \
	rpc/base64.c \
	rpc/base64.h \
	rpc/decode.h \
	rpc/encode.c \
	rpc/encode.h \
	rpc/encode_form.h \
	rpc/encode_json.c \
	rpc/encode_xml.c \
	rpc/escape.c \
	rpc/escape.h \
	rpc/exchange.h \
	rpc/jsonrpc.c \
	rpc/rpc.h \
	rpc/service.h \
	rpc/xmlrpc.c
