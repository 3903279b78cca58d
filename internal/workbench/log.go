package workbench

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/mlpolicy/mlpolicy/internal/decide"
)

const (
	logFile = "decisions.jsonl"
	// maxRecordBytes bounds one line of the log: a decision with 500,000 findings.
	maxRecordBytes = 256 << 20
	// maxInputBytes bounds one stored input, unpacked.
	maxInputBytes = 512 << 20
)

// Log is an append-only log of decisions in a directory: decisions.jsonl with a record a
// line, and each input once, compressed, under inputs/.
type Log struct {
	dir string
	mu  sync.Mutex
}

// OpenLog opens the log in dir; Append makes what is not there.
func OpenLog(dir string) *Log { return &Log{dir: dir} }

// History is where recorded decisions are read from: a Log, or a database.
type History interface {
	// Records calls fn for each record decided at or after since, oldest first.
	Records(ctx context.Context, since time.Time, fn func(*decide.Record) error) error
	// Input returns a recorded input by its digest.
	Input(ctx context.Context, digest string) ([]byte, error)
}

// Append writes a record after its inputs, so that what the log names is always there.
func (l *Log) Append(rec *decide.Record, inputs ...[]byte) error {
	for _, in := range inputs {
		if in == nil {
			continue
		}
		if err := l.putInput(in); err != nil {
			return err
		}
	}
	line, err := json.Marshal(rec)
	if err != nil {
		return fmt.Errorf("write record: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	f, err := os.OpenFile(filepath.Join(l.dir, logFile), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return fmt.Errorf("open log: %w", err)
	}
	// One write: the lines of several processes do not mix.
	_, err = f.Write(append(line, '\n'))
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("append to log: %w", err)
	}
	return nil
}

func (l *Log) inputPath(digest string) string {
	return filepath.Join(l.dir, "inputs", digest[:2], digest+".json.zst")
}

func (l *Log) putInput(content []byte) error {
	sum := sha256.Sum256(content)
	name := l.inputPath(hex.EncodeToString(sum[:]))
	if _, err := os.Stat(name); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return fmt.Errorf("keep input: %w", err)
	}
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	defer enc.Close()
	f, err := os.CreateTemp(filepath.Dir(name), ".new-*")
	if err != nil {
		return fmt.Errorf("keep input: %w", err)
	}
	defer os.Remove(f.Name())
	_, err = f.Write(enc.EncodeAll(content, nil))
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("keep input: %w", err)
	}
	return nil
}

var decoders = sync.Pool{New: func() any {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxInputBytes))
	if err != nil {
		panic(err) // the options are constants
	}
	return d
}}

// Input returns a recorded input and verifies its digest.
func (l *Log) Input(_ context.Context, digest string) ([]byte, error) {
	if raw, err := hex.DecodeString(digest); err != nil || len(raw) != sha256.Size {
		return nil, fmt.Errorf("%q is no SHA-256", digest)
	}
	packed, err := os.ReadFile(l.inputPath(digest))
	if err != nil {
		return nil, err
	}
	d := decoders.Get().(*zstd.Decoder)
	defer decoders.Put(d)
	content, err := d.DecodeAll(packed, nil)
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != digest {
		return nil, errors.New("the stored input is not the one that was decided")
	}
	return content, nil
}

// Records reads the log. A last line without an end is one that is being written, and is
// left out; any other broken line is an error that names it.
func (l *Log) Records(ctx context.Context, since time.Time, fn func(*decide.Record) error) error {
	f, err := os.Open(filepath.Join(l.dir, logFile))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no log in %s", l.dir)
	}
	if err != nil {
		return err
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, 1<<20)
	for number := 1; ; number++ {
		line, err := readLine(r)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s:%d: %w", logFile, number, err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		var rec decide.Record
		if err := json.Unmarshal(line, &rec); err != nil {
			return fmt.Errorf("%s:%d: %w", logFile, number, err)
		}
		if rec.Schema != decide.RecordSchema {
			return fmt.Errorf("%s:%d: schema is %q, want %q", logFile, number, rec.Schema, decide.RecordSchema)
		}
		when, err := decidedAt(&rec)
		if err != nil {
			return fmt.Errorf("%s:%d: %w", logFile, number, err)
		}
		if when.Before(since) {
			continue
		}
		if err := fn(&rec); err != nil {
			return err
		}
	}
}

// readLine returns a line of at most maxRecordBytes; io.EOF also for one without an end.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > maxRecordBytes {
			return nil, fmt.Errorf("record is larger than maxRecordBytes (%d)", maxRecordBytes)
		}
		if err == nil {
			return bytes.TrimSuffix(line, []byte("\n")), nil
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return nil, err
		}
	}
}

func decidedAt(rec *decide.Record) (time.Time, error) {
	var d struct{ Now string }
	if err := json.Unmarshal(rec.Decision, &d); err != nil {
		return time.Time{}, err
	}
	return time.Parse(time.RFC3339, d.Now)
}
