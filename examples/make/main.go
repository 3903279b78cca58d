// Command make writes the binary files of the examples: weights of a few hundred
// bytes. Run it in this repository's examples directory:
//
//	go run ./make
//
// The pickle it writes names os.system; nothing here runs it.
package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	dir := "."
	if len(os.Args) > 1 {
		dir = os.Args[1]
	}
	for name, content := range files() {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			fmt.Fprintln(os.Stderr, "make:", err)
			os.Exit(1)
		}
	}
}

// files returns the content of each file by its path below examples.
func files() map[string][]byte {
	lora := []tensor{{"base_model.model.layers.0.q_proj.lora_A.weight", []int{16, 8}}, {"base_model.model.layers.0.q_proj.lora_B.weight", []int{8, 16}}}
	shard1 := []tensor{{"model.embed_tokens.weight", []int{16, 8}}, {"model.norm.weight", []int{8}}}
	shard2 := []tensor{{"lm_head.weight", []int{16, 8}}}
	return map[string][]byte{
		"finetune-faulty/adapter/adapter_model.bin":           pickleCalling("posix", "system", "echo this adapter ran a command"),
		"finetune-repaired/adapter/adapter_model.safetensors": safetensors(lora),
		"model/model-00001-of-00002.safetensors":              safetensors(shard1),
		"model/model-00002-of-00002.safetensors":              safetensors(shard2),
		"model/model.safetensors.index.json":                  index(map[string][]tensor{"model-00001-of-00002.safetensors": shard1, "model-00002-of-00002.safetensors": shard2}),
	}
}

type tensor struct {
	name  string
	shape []int
}

// bytes is the size of the tensor in float16.
func (t tensor) bytes() int {
	n := 2
	for _, d := range t.shape {
		n *= d
	}
	return n
}

// safetensors writes the format's three parts: header length as little-endian uint64,
// JSON header, tensor bytes (safetensors specification, "Format").
func safetensors(tensors []tensor) []byte {
	header := map[string]any{"__metadata__": map[string]string{"format": "pt"}}
	offset := 0
	for _, t := range tensors {
		header[t.name] = map[string]any{"dtype": "F16", "shape": t.shape, "data_offsets": []int{offset, offset + t.bytes()}}
		offset += t.bytes()
	}
	text, err := json.Marshal(header)
	if err != nil {
		panic(err) // a map of strings and numbers always marshals
	}
	for len(text)%8 != 0 {
		text = append(text, ' ')
	}
	out := binary.LittleEndian.AppendUint64(nil, uint64(len(text)))
	out = append(out, text...)
	return append(out, make([]byte, offset)...)
}

// index writes a model.safetensors.index.json as transformers does.
func index(shards map[string][]tensor) []byte {
	weightMap := map[string]string{}
	total := 0
	for file, tensors := range shards {
		for _, t := range tensors {
			weightMap[t.name] = file
			total += t.bytes()
		}
	}
	text, err := json.MarshalIndent(map[string]any{"metadata": map[string]int{"total_size": total}, "weight_map": weightMap}, "", "  ")
	if err != nil {
		panic(err)
	}
	return append(text, '\n')
}

// pickleCalling writes a protocol 2 pickle whose loading calls module.name(argument)
// (PEP 307; opcodes GLOBAL, BINUNICODE, TUPLE1, REDUCE).
func pickleCalling(module, name, argument string) []byte {
	out := []byte("\x80\x02c" + module + "\n" + name + "\nX")
	out = binary.LittleEndian.AppendUint32(out, uint32(len(argument)))
	return append(append(out, argument...), "\x85R."...)
}
