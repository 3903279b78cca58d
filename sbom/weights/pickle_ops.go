package weights

// The opcodes of pickle, protocols 0 to 5 (CPython, Lib/pickletools.py and
// Modules/_pickle.c, enum opcode).
const (
	opMark            = '('
	opStop            = '.'
	opPop             = '0'
	opPopMark         = '1'
	opDup             = '2'
	opFloat           = 'F'
	opInt             = 'I'
	opBinInt          = 'J'
	opBinInt1         = 'K'
	opLong            = 'L'
	opBinInt2         = 'M'
	opNone            = 'N'
	opPersID          = 'P'
	opBinPersID       = 'Q'
	opReduce          = 'R'
	opString          = 'S'
	opBinString       = 'T'
	opShortBinString  = 'U'
	opUnicode         = 'V'
	opBinUnicode      = 'X'
	opAppend          = 'a'
	opBuild           = 'b'
	opGlobal          = 'c'
	opDict            = 'd'
	opEmptyDict       = '}'
	opAppends         = 'e'
	opGet             = 'g'
	opBinGet          = 'h'
	opInst            = 'i'
	opLongBinGet      = 'j'
	opList            = 'l'
	opEmptyList       = ']'
	opObj             = 'o'
	opPut             = 'p'
	opBinPut          = 'q'
	opLongBinPut      = 'r'
	opSetItem         = 's'
	opTuple           = 't'
	opEmptyTuple      = ')'
	opSetItems        = 'u'
	opBinFloat        = 'G'
	opProto           = 0x80
	opNewObj          = 0x81
	opExt1            = 0x82
	opExt2            = 0x83
	opExt4            = 0x84
	opTuple1          = 0x85
	opTuple2          = 0x86
	opTuple3          = 0x87
	opNewTrue         = 0x88
	opNewFalse        = 0x89
	opLong1           = 0x8a
	opLong4           = 0x8b
	opBinBytes        = 'B'
	opShortBinBytes   = 'C'
	opShortBinUnicode = 0x8c
	opBinUnicode8     = 0x8d
	opBinBytes8       = 0x8e
	opEmptySet        = 0x8f
	opAddItems        = 0x90
	opFrozenSet       = 0x91
	opNewObjEx        = 0x92
	opStackGlobal     = 0x93
	opMemoize         = 0x94
	opFrame           = 0x95
	opByteArray8      = 0x96
	opNextBuffer      = 0x97
	opReadonlyBuffer  = 0x98
)

// valueKind is what is known of a value on the stack.
type valueKind uint8

const (
	kindUnset      valueKind = iota // no value: a slot of the memo that was never written
	kindOther                       // a constant that nothing depends on
	kindInt                         // at is the number
	kindText                        // str in UTF-8 at at, of n bytes
	kindTextRaw                     // str of a UNICODE opcode: raw-unicode-escape
	kindTextQuoted                  // str of a STRING opcode: escapes, without its quotes
	kindBytes                       // at, n as for text
	kindTuple                       // at is its number among the tuples, n its length
	kindList
	kindDict
	kindSet
	kindGlobal // n is the index of the name
	kindResult // of calling the name with index n-1 (0 when not known); at is a tensor + 1
	kindPersistent
)

// value is one value of the abstract machine: what it is and where, never its content.
type value struct {
	kind valueKind
	n    uint32
	at   int64
}
