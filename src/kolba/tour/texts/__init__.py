"""All texts of the tour: English and Russian side by side, one table a chapter.

Each text has both languages by construction. The Russian is written, not translated:
its terms and warnings are the lesson's.
"""
