/* process.h: which process this is. */
#ifndef RUNTIME_PROCESS_H
#define RUNTIME_PROCESS_H

#include <sys/types.h>

/* As getpid(), without a system call: every flight asks, several times. */
pid_t process_id(void);

#endif
