"""What authors of panels, stores and adapters test with: conformance kits, a capture, samples, a client, a clock."""

from debug_toolbar_testing.adapters import AdapterConformance
from debug_toolbar_testing.captured import Captured, capture
from debug_toolbar_testing.client import Answer, Client
from debug_toolbar_testing.clock import Clock, ClockedRecord
from debug_toolbar_testing.panels import PanelConformance
from debug_toolbar_testing.samples import HOSTILE, SampleApplication, sample_record, through_json
from debug_toolbar_testing.shared_stores import SharedStoreConformance
from debug_toolbar_testing.stores import StoreConformance
from debug_toolbar_testing.tiny import tiny_app

__all__ = [
    "HOSTILE",
    "AdapterConformance",
    "Answer",
    "Captured",
    "Client",
    "Clock",
    "ClockedRecord",
    "PanelConformance",
    "SampleApplication",
    "SharedStoreConformance",
    "StoreConformance",
    "capture",
    "sample_record",
    "through_json",
    "tiny_app",
]
