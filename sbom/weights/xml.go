package weights

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// maxXML bounds a model in XML that is read. OpenVINO graphs of large models have 20 MB.
const maxXML = 256 << 20

func isPMML(head []byte, _ int64) bool {
	return bytes.Contains(head, []byte("<PMML")) && bytes.IndexByte(head, '<') < 64
}

// readPMML reads a PMML document. Extension elements may hold anything, and are listed.
func readPMML(r io.ReaderAt, size int64, w *sbom.Weights) (end int64, err error) {
	return readXML(r, size, w, xmlVisitor{visit: func(e xml.StartElement, at int64) {
		switch e.Name.Local {
		case "Extension":
			addOperator(w, attribute(e, "name"), attribute(e, "extender"), "custom", at)
		case "Application":
			setMetadata(w, "pmml.application", attribute(e, "name"))
		}
	}})
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// xmlVisitor is told the parts of a document with their offsets. leave and text may be nil.
type xmlVisitor struct {
	visit func(xml.StartElement, int64)
	leave func(int64)
	text  func([]byte, int64) // what stands in an element beside blanks
}

// xmlDeclaration is what may stand in "<?xml ?>" (XML 1.0, 2.8).
var xmlDeclaration = regexp.MustCompile(`^\s*version\s*=\s*["'][0-9.]+["'](\s+encoding\s*=\s*["'][A-Za-z0-9._-]+["'])?(\s+standalone\s*=\s*["'](yes|no)["'])?\s*$`)

// wellFormed tells what encoding/xml does not look at: an attribute stands once in an
// element (XML 1.0, 3.1), the declaration once and at the start (2.8).
func wellFormed(token xml.Token, at int64) error {
	switch t := token.(type) {
	case xml.StartElement:
		for i, a := range t.Attr {
			for _, b := range t.Attr[:i] {
				if a.Name == b.Name {
					return faultf("malformed", at, "XML: attribute %q stands twice in the element at offset %d", clip(a.Name.Local, 40), at)
				}
			}
		}
	case xml.ProcInst:
		if t.Target == "xml" && (at > 3 || !xmlDeclaration.Match(t.Inst)) { // behind a byte order mark
			return faultf("malformed", at, "XML: the declaration at offset %d is none, or not the first", at)
		}
	}
	return nil
}

// readXML walks XML. encoding/xml expands no entity that a document declares; that one is
// declared is stated, since other readers do.
func readXML(r io.ReaderAt, size int64, w *sbom.Weights, v xmlVisitor) (end int64, err error) {
	w.Executable = sbom.No
	w.CoversFile = sbom.Unresolved
	d := xml.NewDecoder(io.NewSectionReader(r, 0, min(size, maxXML)))
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	d.Entity = map[string]string{}
	depth, roots := 0, 0
	for {
		at := d.InputOffset()
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			if size > maxXML {
				return -1, faultf("too_large", at, "XML of %d bytes exceeds maxXML (%d)", size, maxXML)
			}
			return -1, faultf("malformed", at, "XML: %v", err)
		}
		if err := wellFormed(token, at); err != nil {
			return -1, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth++; depth == 1 {
				roots++
			}
			v.visit(t, at)
		case xml.EndElement:
			depth--
			if v.leave != nil {
				v.leave(at)
			}
		case xml.CharData:
			blank := len(bytes.Trim(t, " \t\r\n\ufeff")) == 0
			if depth == 0 && !blank {
				return -1, faultf("malformed", at, "XML has text outside of its element")
			}
			if v.text != nil && !blank {
				v.text(t, at)
			}
		case xml.Directive:
			if s := string(t); strings.Contains(s, "ENTITY") || strings.Contains(s, "SYSTEM") {
				odd(w, "xml_entity", at, "document declares entities: %s", clip(s, 120))
			}
		}
	}
	if roots != 1 {
		return -1, faultf("malformed", 0, "XML has %d elements at its top", roots)
	}
	w.CoversFile = sbom.Yes
	return size, nil
}
