package weights

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/mlpolicy/mlpolicy/sbom"
)

func smallGGUF() *ggufBuilder {
	b := newGGUF()
	b.str("general.architecture", "llama").str("general.name", "tiny").str("general.license", "apache-2.0")
	b.pair("general.file_type", ggufU32, b.u32(15))
	b.str("general.base_model.0.repo_url", "https://huggingface.co/org/base")
	tokens := append(b.u32(ggufString), b.n(20)...)
	for range 20 {
		tokens = append(tokens, b.s("tok")...)
	}
	b.pair("tokenizer.ggml.tokens", ggufArray, tokens)
	b.pair("tokenizer.ggml.scores", ggufArray, append(append(b.u32(ggufF32), b.n(20)...), make([]byte, 80)...))
	b.tensor("token_embd.weight", 0, 0, 8, 2).tensor("output.weight", 8, 64, 32)
	b.data = 64 + 64 // Q8_0: one block of 34 bytes, padded
	return b
}

func TestGGUF(t *testing.T) {
	w, fs := parse(t, readGGUF, smallGGUF().file())
	if got := codes(w, fs); got != "" {
		t.Errorf("codes %q: %v %v", got, w.Oddities, fs)
	}
	if w.Architecture != "llama" || w.License != "apache-2.0" || w.Quantization != "Q4_K_M" || w.TensorCount != 2 ||
		w.Parameters != 48 || w.CoversFile != sbom.Yes || len(w.BaseModels) != 1 {
		t.Errorf("%+v", w)
	}
}

func TestGGUFVersions(t *testing.T) {
	for _, version := range []uint32{1, 2, 3} {
		b := newGGUF()
		b.version = version
		b.str("general.architecture", "gpt2").tensor("w", 0, 0, 4)
		b.data = 32
		if w, fs := parse(t, readGGUF, b.file()); codes(w, fs) != "" || w.Architecture != "gpt2" || w.TensorCount != 1 {
			t.Errorf("version %d: %q %+v", version, codes(w, fs), w)
		}
	}
	big := newGGUF()
	big.order = binary.BigEndian
	big.str("general.architecture", "gpt2").tensor("w", 0, 0, 4)
	big.data = 32
	if w, fs := parse(t, readGGUF, big.file()); codes(w, fs) != "" || w.Metadata["gguf.byte_order"] != "big" || w.Parameters != 4 {
		t.Errorf("big endian: %q %+v", codes(w, fs), w)
	}
	vocab := newGGUF().str("general.architecture", "llama")
	if w, fs := parse(t, readGGUF, vocab.file()); codes(w, fs) != "" || w.CoversFile != sbom.Yes {
		t.Errorf("vocabulary only: %q %+v", codes(w, fs), w)
	}
}

func TestGGUFStructure(t *testing.T) {
	cases := []struct {
		name string
		make func() []byte
		want string
	}{
		{"unknown version", func() []byte { b := newGGUF(); b.version = 9; return b.file() }, "!unsupported"},
		{"duplicate key", func() []byte { return newGGUF().str("a", "1").str("a", "2").file() }, "duplicate_key"},
		{"duplicate tensor", func() []byte {
			b := newGGUF().tensor("w", 0, 0, 8).tensor("w", 0, 32, 8)
			b.data = 64
			return b.file()
		}, "duplicate_key"},
		{"overlap", func() []byte {
			b := newGGUF().tensor("a", 0, 0, 16).tensor("b", 0, 32, 8)
			b.data = 64
			return b.file()
		}, "tensor_overlap"},
		{"gap", func() []byte {
			b := newGGUF().tensor("a", 0, 0, 8).tensor("b", 0, 64, 8)
			b.data = 96
			return b.file()
		}, "tensor_gap"},
		{"unaligned", func() []byte {
			b := newGGUF().tensor("a", 0, 8, 8)
			b.data = 64
			return b.file()
		}, "tensor_alignment"},
		{"behind the file", func() []byte {
			b := newGGUF().tensor("a", 0, 0, 1<<20)
			b.data = 64
			return b.file()
		}, "!truncated"},
		{"offset at the extreme", func() []byte { return newGGUF().tensor("a", 0, 1<<63-32, 1).file() }, "tensor_gap !truncated"},
		{"offset overflows", func() []byte { return newGGUF().tensor("a", 0, 1<<63, 1).file() }, "!truncated"},
		{"shape overflows", func() []byte { return newGGUF().tensor("a", 0, 0, 1<<40, 1<<40).file() }, "shape_overflow"},
		{"not whole blocks", func() []byte {
			b := newGGUF().tensor("a", 8, 0, 31)
			b.data = 32
			return b.file()
		}, "tensor_size"},
		{"five dimensions", func() []byte { return newGGUF().tensor("a", 0, 0, 1, 1, 1, 1, 1).file() }, "!malformed"},
		{"bad alignment", func() []byte { b := newGGUF(); return b.pair("general.alignment", ggufU32, b.u32(0)).file() }, "!malformed"},
		{"bad value type", func() []byte { return newGGUF().pair("a", 13, nil).file() }, "!malformed"},
		{"array of unknown", func() []byte { b := newGGUF(); return b.pair("a", ggufArray, append(b.u32(99), b.n(1)...)).file() }, "!malformed"},
		{"array bomb", func() []byte {
			b := newGGUF()
			return b.pair("a", ggufArray, append(b.u32(ggufU64), b.n(1<<61)...)).file()
		}, "!truncated"},
		{"nested arrays", func() []byte {
			b := newGGUF()
			var v []byte
			for range 100 {
				v = append(append(v, b.u32(ggufArray)...), b.n(1)...)
			}
			return b.pair("a", ggufArray, append(append(v, b.u32(ggufU8)...), b.n(0)...)).file()
		}, "!too_deep"},
		{"count bomb", func() []byte { f := newGGUF().file(); binary.LittleEndian.PutUint64(f[16:], 1<<62); return f }, "!truncated"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			w, fs := parse(t, readGGUF, tc.make())
			if got := codes(w, fs); got != tc.want {
				t.Errorf("codes = %q, want %q (%v %v)", got, tc.want, w.Oddities, fs)
			}
		})
	}
	everyPrefix(t, readGGUF, smallGGUF().file()[:len(smallGGUF().file())-64])
}

func TestGGUFTemplates(t *testing.T) {
	file := newGGUF().str("tokenizer.chat_template", "{{ messages[0]['content'] }}").
		str("tokenizer.chat_template.tool_use", "{{ x }}").str("tokenizer.ggml.model", "gpt2").file()
	w, fs := parse(t, readGGUF, file)
	if len(w.Templates) != 2 || len(fs) > 0 {
		t.Fatalf("templates %+v, faults %v", w.Templates, fs)
	}
	if at := w.Templates[0].Offset; !bytes.HasPrefix(file[at:], []byte("{{ messages")) {
		t.Errorf("offset %d does not lead to the template", at)
	}
}

func FuzzGGUF(f *testing.F) {
	f.Add(smallGGUF().file())
	f.Add(newGGUF().str("tokenizer.chat_template", "{{ x }}").file())
	f.Fuzz(func(t *testing.T, content []byte) {
		var w sbom.Weights
		end, _ := readGGUF(bytes.NewReader(content), int64(len(content)), &w)
		if end > int64(len(content)) {
			t.Errorf("end %d of %d bytes", end, len(content))
		}
	})
}
