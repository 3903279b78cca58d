package weights

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
)

// hdf5File is a file as the HDF5 library writes it by default: superblock 0, an old-style
// root group without members, and the attribute model_config as a variable-length string.
func hdf5File(config string) []byte {
	var b bytes.Buffer
	put := func(vs ...any) {
		for _, v := range vs {
			switch v := v.(type) {
			case string:
				b.WriteString(v)
			default:
				if err := binary.Write(&b, binary.LittleEndian, v); err != nil {
					panic(err)
				}
			}
		}
	}
	const undefinedAddress = ^uint64(0)
	const header = 96 // of the root group's object header
	const message = 8 + 16 + 16 + 8 + 16
	heap := uint64(header + 16 + 8 + message)
	size := uint64(16 + 16 + (len(config)+7)&^7 + 16)
	put("\x89HDF\r\n\x1a\n", uint8(0), uint8(0), uint8(0), uint8(0), uint8(0), uint8(8), uint8(8), uint8(0))
	put(uint16(4), uint16(16), uint32(0), uint64(0), undefinedAddress, heap+size, undefinedAddress)
	put(uint64(0), uint64(header), uint32(0), uint32(0), uint64(0), uint64(0))
	// version 1 object header: one message, an attribute
	put(uint8(1), uint8(0), uint16(1), uint32(1), uint32(8+message), uint32(0))
	put(uint16(0x0C), uint16(message), uint32(0))
	put(uint8(1), uint8(0), uint16(13), uint16(16), uint16(8), "model_config\x00\x00\x00\x00")
	put(uint32(0x19|1<<8), uint32(16), uint64(0)) // variable-length, string
	put(uint8(1), uint8(0), uint8(0), uint8(0), uint32(0))
	put(uint32(len(config)), heap, uint32(1))
	put("GCOL", uint32(1), size, uint16(1), uint16(1), uint32(0), uint64(len(config)), config)
	put(strings.Repeat("\x00", -len(config)&7), uint16(0), uint16(0), uint32(0), uint64(16))
	return b.Bytes()
}

func TestHDF5(t *testing.T) {
	lambda := `{"class_name":"Sequential","config":{"layers":[{"class_name":"Lambda","config":{"function":["4wEAAA==",null,null],"function_type":"lambda"}}]}}`
	w, ps := read(t, "m.h5", hdf5File(lambda))
	fail(t, "format and operators", w.Format+" "+operators(w)+problems(ps), "keras-h5 Lambda//code")
	w, ps = read(t, "m.h5", hdf5File(kerasDense))
	fail(t, "without a lambda", w.Format+" "+operators(w)+problems(ps)+" "+imports(w), "keras-h5  keras.src.models.Sequential:new keras.layers.Dense:new")
	broken := hdf5File(lambda)
	broken[40] = 0xff // end of file address
	copy(broken[160:], "XXXX")
	w, ps = read(t, "m.h5", broken)
	if operators(w) != "Lambda//code" || len(ps) == 0 {
		t.Errorf("the raw search finds %q, problems %v", operators(w), ps)
	}
}
