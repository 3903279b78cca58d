package confine

import (
	"fmt"
	"os"
	"runtime/debug"
	"syscall"
)

// limit bounds the address space of this process, as ulimit -v does (setrlimit(2),
// RLIMIT_AS), to what it has now and so many bytes more. Go reserves addresses that it
// never uses, so an absolute limit would say little.
func limit(bytes uint64) error {
	content, err := os.ReadFile("/proc/self/statm") // proc(5): size in pages first
	if err != nil {
		return err
	}
	var pages uint64
	if _, err := fmt.Sscan(string(content), &pages); err != nil {
		return err
	}
	total := pages*uint64(os.Getpagesize()) + bytes
	debug.SetMemoryLimit(int64(bytes / 4 * 3)) // collect before giving up
	return syscall.Setrlimit(syscall.RLIMIT_AS, &syscall.Rlimit{Cur: total, Max: total})
}
