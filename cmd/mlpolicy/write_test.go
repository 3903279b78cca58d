package main

import (
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestWriteKeepsWhatAPathIs writes through a link and into a pipe, and puts no file in
// their place: as root, `-o /dev/null` would take the device away from everybody.
func TestWriteKeepsWhatAPathIs(t *testing.T) {
	t.Parallel()
	env := &environment{dir: t.TempDir()}
	hello := func(w io.Writer) error { _, err := io.WriteString(w, "hello"); return err }
	if err := os.WriteFile(filepath.Join(env.dir, "file"), []byte("before"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("file", filepath.Join(env.dir, "link")); err != nil {
		t.Fatal(err)
	}
	if err := env.write("link", hello); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(filepath.Join(env.dir, "link"))
	content, readErr := os.ReadFile(filepath.Join(env.dir, "file"))
	if err != nil || readErr != nil || info.Mode().Type() != os.ModeSymlink || string(content) != "hello" {
		t.Errorf("link is %v, its file holds %q: %v, %v", info.Mode(), content, err, readErr)
	}

	pipe := filepath.Join(env.dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o644); err != nil {
		t.Skipf("no pipes here: %v", err)
	}
	reader, err := os.OpenFile(pipe, os.O_RDWR, 0) // opens without a writer
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if err := env.write("pipe", hello); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 5)
	info, err = os.Lstat(pipe)
	if err != nil || info.Mode().Type() != os.ModeNamedPipe {
		t.Fatalf("pipe is %v, %v", info.Mode(), err)
	}
	if _, err := io.ReadFull(reader, got); err != nil || string(got) != "hello" {
		t.Errorf("read %q, %v", got, err)
	}
}
