package attest

import (
	"fmt"
	"io/fs"
	"syscall"
)

// changeTime is when the inode last changed. Unlike the modification time an owner
// cannot set it back.
func changeTime(info fs.FileInfo) string {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return fmt.Sprintf("%d.%d", stat.Ctim.Sec, stat.Ctim.Nsec)
	}
	return ""
}
