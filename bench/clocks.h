/* clocks.h: nanoseconds: of the clock on the wall, of this process, of another. */
#ifndef BENCH_CLOCKS_H
#define BENCH_CLOCKS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

uint64_t wall_ns(void);
uint64_t own_cpu_ns(void);

/* What the process has had of processors so far; false: /proc does not tell. */
bool cpu_ns_of(pid_t pid, uint64_t *ns);

/* True if /proc/PID is a server process of this machine. */
bool is_local_server(pid_t pid);

/* Binds a process (0: this one) to one processor, or lets it go.  False: not allowed.
 */
bool pin(pid_t pid);
bool unpin(pid_t pid);

#endif
