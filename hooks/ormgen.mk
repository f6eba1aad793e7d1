# ormgen.mk: generated C in a makefile.  Set ORMGEN_SCHEMAS, include this, and use
# ORMGEN_SRCS and ORMGEN_HDRS:
#
#   ORMGEN_SCHEMAS := blog.yaml
#   include $(shell pkg-config --variable=pkgdatadir ormgen)/ormgen.mk
#   objects := main.o $(ORMGEN_SRCS:.c=.o)
#   $(objects): | $(ORMGEN_HDRS)
#   CFLAGS += -I$(ORMGEN_OUT) $(shell pkg-config --cflags ormgen) -MMD
#   LDLIBS += $(shell pkg-config --libs ormgen)
#
# Schemas are named from here on, and their C lies in ORMGEN_OUT as they lie here.

ormgen_beside := $(dir $(lastword $(MAKEFILE_LIST)))../../bin/ormgen
ORMGEN ?= $(or $(wildcard $(ormgen_beside)),ormgen)
ORMGEN_FLAGS ?=
ORMGEN_OUT ?= gen
ORMGEN_STAMPS := $(ORMGEN_SCHEMAS:%.yaml=$(ORMGEN_OUT)/%.orm.stamp)
ORMGEN_SRCS := $(ORMGEN_STAMPS:.stamp=.c)
ORMGEN_HDRS := $(ORMGEN_STAMPS:.stamp=.h)

$(ORMGEN_STAMPS): $(ORMGEN_OUT)/%.orm.stamp: %.yaml
	$(ORMGEN) generate $(ORMGEN_FLAGS) --out-dir $(@D) --depfile $@.d --stamp $@ $<

# What would not change is left alone, so a stamp says that all is up to date.  A file that
# is missing in spite of its stamp is made again.
$(ORMGEN_SRCS) $(ORMGEN_HDRS): $(ORMGEN_OUT)/%: $(ORMGEN_STAMPS)
	@test -f $@ || { rm -f $(basename $@).stamp && \
	    $(MAKE) --no-print-directory $(basename $@).stamp; }

-include $(ORMGEN_STAMPS:=.d)
