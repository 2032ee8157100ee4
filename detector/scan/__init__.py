"""Score a corpus: parts of files are scored, kept one by one, and joined to one file of results for each file.

A part is a few megabytes of records. Its results appear under their name when all of them are written, and its marker
appears last, so a scan that was killed at any moment repeats the parts without a marker. A part that is at work is
locked: any number of scans may share a folder.
"""

from detector.scan.run import scan
from detector.scan.score import score_batch
from detector.scan.settings import ScanProgress, ScanSettings, ScanStopped, ScanSummary

__all__ = ["ScanProgress", "ScanSettings", "ScanStopped", "ScanSummary", "scan", "score_batch"]
