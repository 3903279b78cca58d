package weights

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// maxTemplates bounds the templates of one file.
const maxTemplates = 64

// addTemplate records a chat template and what it accesses.
func addTemplate(w *sbom.Weights, key, text string, offset int64) {
	if len(w.Templates) >= maxTemplates {
		return
	}
	sum := sha256.Sum256([]byte(text))
	w.Templates = append(w.Templates, sbom.Template{Key: key, SHA256: hex.EncodeToString(sum[:]), Offset: offset})
}
