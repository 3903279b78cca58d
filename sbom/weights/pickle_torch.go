package weights

import "strings"

// storage is what a persistent id of torch says: ('storage', class, key, location,
// numel) (torch/serialization.py, persistent_id).
type storage struct {
	key   string
	class string
	numel int64
}

type tensor struct {
	name  string
	dtype string
	shape []int64
}

// maxStorages bounds the storages and tensors of one file; the largest models have
// some 100,000.
const maxStorages = 1 << 18

// persistent says what the loader makes of an id: a storage, or the class that a legacy
// file names together with its source, ('module', class, file, source).
func (f *pickleFacts) persistent(m *pickleMachine, items []value) value {
	unknown := value{kind: kindPersistent}
	if len(items) < 2 {
		return unknown
	}
	tag, _ := m.word(items[0])
	if tag == "module" && items[1].kind == kindGlobal {
		return items[1]
	}
	if tag != "storage" || len(items) < 5 {
		return unknown
	}
	key, ok := m.word(items[2])
	if !ok || len(f.storages) >= maxStorages {
		return unknown
	}
	if id, known := f.byKey[key]; known {
		return value{kind: kindPersistent, n: id}
	}
	s := storage{key: key, numel: items[4].at}
	if items[1].kind == kindGlobal {
		s.class = f.names[items[1].n].qualified
	}
	if items[4].kind != kindInt || s.numel < 0 {
		return unknown
	}
	f.storages = append(f.storages, s)
	if f.byKey == nil {
		f.byKey = map[string]uint32{}
	}
	f.byKey[key] = uint32(len(f.storages))
	return value{kind: kindPersistent, n: uint32(len(f.storages))}
}

// torchStorages is the element type and size of torch's storage classes.
var torchStorages = map[string]struct {
	dtype string
	bytes int64
}{
	"DoubleStorage": {"float64", 8}, "FloatStorage": {"float32", 4}, "HalfStorage": {"float16", 2}, "BFloat16Storage": {"bfloat16", 2},
	"LongStorage": {"int64", 8}, "IntStorage": {"int32", 4}, "ShortStorage": {"int16", 2}, "CharStorage": {"int8", 1}, "ByteStorage": {"uint8", 1},
	"BoolStorage": {"bool", 1}, "ComplexDoubleStorage": {"complex128", 16}, "ComplexFloatStorage": {"complex64", 8},
	"QUInt8Storage": {"quint8", 1}, "QInt8Storage": {"qint8", 1}, "QInt32Storage": {"qint32", 4}, "QUInt4x2Storage": {"quint4x2", 1},
	"QUInt2x4Storage": {"quint2x4", 1}, "UntypedStorage": {"bytes", 1},
}

// bytes is the size of the storage's data; ok is false when its class is not known.
func (s storage) bytes() (n int64, ok bool) {
	t, known := torchStorages[s.class[strings.LastIndex(s.class, ".")+1:]]
	if !known {
		return 0, false
	}
	return mulSat(s.numel, t.bytes)
}

func (f *pickleFacts) tensor(m *pickleMachine, items []value) int64 {
	if len(items) < 3 || len(f.tensors) >= maxStorages {
		return 0
	}
	t := tensor{dtype: "unknown"}
	if items[0].kind == kindPersistent && items[0].n > 0 {
		class := f.storages[items[0].n-1].class
		if s, ok := torchStorages[class[strings.LastIndex(class, ".")+1:]]; ok {
			t.dtype = s.dtype
		}
	}
	dims, whole := m.items(items[2])
	if !whole {
		return 0
	}
	t.shape = make([]int64, 0, len(dims))
	for _, d := range dims {
		if d.kind != kindInt || d.at < 0 {
			return 0
		}
		t.shape = append(t.shape, d.at)
	}
	f.tensors = append(f.tensors, t)
	return int64(len(f.tensors))
}
