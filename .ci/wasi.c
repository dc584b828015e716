/* What std for wasm32-wasip1 links by name and Debian's wasi-libc does not have: a system without threads. */
#include <errno.h>

int pthread_attr_init(void *attributes) { return 0; }
int pthread_attr_destroy(void *attributes) { return 0; }
int pthread_attr_setstacksize(void *attributes, unsigned long size) { return 0; }
int pthread_create(void *thread, void *attributes, void *start, void *argument) { return ENOSYS; }
int pthread_join(void *thread, void **result) { return ENOSYS; }
int pthread_detach(void *thread) { return ENOSYS; }
