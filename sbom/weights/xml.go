package weights

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// maxXML bounds a model in XML that is read. OpenVINO graphs of large models have 20 MB.
const maxXML = 256 << 20

func isOpenVINO(head []byte, _ int64) bool {
	return bytes.Contains(head, []byte("<net ")) && bytes.Contains(head, []byte("<layers"))
}

func isPMML(head []byte, _ int64) bool {
	return bytes.Contains(head, []byte("<PMML")) && bytes.IndexByte(head, '<') < 64
}

// readOpenVINO reads the layers of an OpenVINO IR (docs, "Operation sets"): those of an
// opset of its own come from a library that the loader has to be given.
func readOpenVINO(r io.ReaderAt, size int64, w *sbom.Weights) (end int64, err error) {
	data := int64(0)
	end, err = readXML(r, size, w, func(e xml.StartElement, at int64) {
		if e.Name.Local == "data" { // of a Const: its place in the .bin beside
			offset, err1 := strconv.ParseInt(attribute(e, "offset"), 10, 62)
			n, err2 := strconv.ParseInt(attribute(e, "size"), 10, 62)
			if err1 == nil && err2 == nil && offset >= 0 && n >= 0 {
				data = max(data, offset+n)
			}
		}
		if e.Name.Local != "layer" {
			return
		}
		kind, version := attribute(e, "type"), attribute(e, "version")
		if !strings.HasPrefix(version, "opset") && version != "experimental" && version != "" && version != "ie_internal_opset" {
			addOperator(w, kind, version, "custom", at)
		}
	})
	if data > 0 {
		setMetadata(w, openVINOData, strconv.FormatInt(data, 10))
	}
	return end, err
}

// openVINOData is the metadata key of the bytes that a graph needs of its data file.
const openVINOData = "openvino.data_bytes"

// readPMML reads a PMML document. Extension elements may hold anything, and are listed.
func readPMML(r io.ReaderAt, size int64, w *sbom.Weights) (end int64, err error) {
	return readXML(r, size, w, func(e xml.StartElement, at int64) {
		switch e.Name.Local {
		case "Extension":
			addOperator(w, attribute(e, "name"), attribute(e, "extender"), "custom", at)
		case "Application":
			setMetadata(w, "pmml.application", attribute(e, "name"))
		}
	})
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// readXML walks XML. encoding/xml expands no entity that a document declares; that one is
// declared is stated, since other readers do.
func readXML(r io.ReaderAt, size int64, w *sbom.Weights, visit func(xml.StartElement, int64)) (end int64, err error) {
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
		switch t := token.(type) {
		case xml.StartElement:
			if depth++; depth == 1 {
				roots++
			}
			visit(t, at)
		case xml.EndElement:
			depth--
		case xml.CharData:
			if depth == 0 && len(bytes.Trim(t, " \t\r\n\ufeff")) > 0 {
				return -1, faultf("malformed", at, "XML has text outside of its element")
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
